export { type Config, ConfigError, type Environment, loadConfig, VARIABLES } from './config.ts';
export { renderConfigTable } from './config-table.ts';
export { type Closer, gracefulShutdown } from './graceful-shutdown.ts';
export { createLogger, type Logger } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { redact } from './redact.ts';
export { type AlertFigures, watchAlerts } from './watch-alerts.ts';
