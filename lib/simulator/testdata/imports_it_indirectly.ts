export { default } from "./imports_timers.ts";
