/**
 * What tests of tasks have in common: paths in the project, and a node that needs nothing but a
 * shell.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export function fromRoot(path: string): string {
  return join(fileURLToPath(new URL("../..", import.meta.url)), path);
}

/**
 * A node as a shell script. It notes its process in the file `pids` of the folder that its argument
 * names, says "up" on standard error, answers `init`, and does with any other request what `answer`
 * says: commands that find `$msg_id` and `$echo`, and may call `reply` with the body's fields.
 */
export const nodeScript = (answer: string): string =>
  `#!/bin/sh
echo $$ >>"$1/pids"
echo up >&2
reply() {
  printf '{"src":"%s","dest":"%s","body":{%s,"in_reply_to":%s}}\\n' "$dest" "$src" "$1" "$msg_id"
}
field() {
  value=\${line#*\\"$1\\":}
  value=\${value#\\"}
}
while read -r line; do
  field src; src=\${value%%\\"*}
  field dest; dest=\${value%%\\"*}
  field msg_id; msg_id=\${value%%[!0-9]*}
  field echo; echo=\${value%%\\"*}
  case $line in
  *'"type":"init"'*) reply '"type":"init_ok"' ;;
  *) ${answer || ":"} ;;
  esac
done
`;
