import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addNotificationCommands } from './notification-commands.ts';
import { addReceiverCommands } from './receiver-commands.ts';
import { addRuleCommands } from './rule-commands.ts';
import { addSilenceCommands } from './silence-commands.ts';

/** altmap receiver, rule, silence, notification. */
export function addAlertCommands(program: Command, context: Context): void {
  addReceiverCommands(program, context);
  addRuleCommands(program, context);
  addSilenceCommands(program, context);
  addNotificationCommands(program, context);
}
