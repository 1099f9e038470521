export { type Config, ConfigError, type Environment, loadConfig, VARIABLES } from './config.ts';
