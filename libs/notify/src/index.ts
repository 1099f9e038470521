export { ReceiverNotifier, type ReceiverNotifierOptions } from './receiver-notifier.ts';
