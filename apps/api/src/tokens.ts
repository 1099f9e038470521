/** Injection tokens for what is not a class. */
export const METRICS = Symbol('metrics');
export const FLEET = Symbol('fleet');
export const AUDIT = Symbol('audit');
export const CONFIG_HISTORY = Symbol('config history');
export const CLOCK = Symbol('clock');
export const CONFIG = Symbol('config');
export const WAIVERS = Symbol('waivers');
export const POLICIES = Symbol('policies');
export const REJUDGES = Symbol('rejudges');
export const FINDING_EXPORTER = Symbol('finding exporter');
export const ALERTS = Symbol('alerts');
export const ALERT_SETTINGS = Symbol('alert settings');
export const QUEUE = Symbol('queue');
export const TOKENS = Symbol('tokens');
