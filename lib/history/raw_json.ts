export { rawJson } from "../exact_json.ts";
