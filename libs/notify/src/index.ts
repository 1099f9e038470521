export { WebhookNotifier, type WebhookNotifierOptions } from './webhook-notifier.ts';
