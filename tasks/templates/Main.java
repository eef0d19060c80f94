import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A node for Maelstrom: reads messages from standard input and answers on standard output. */
public final class Main {
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private String id = "";

    public static void main(String[] args) throws IOException {
        Main node = new Main();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            node.handle(Json.object(Json.parse(line)));
        }
    }

    private void handle(Map<String, Object> request) {
        Map<String, Object> body = Json.object(request.get("body"));
        switch ((String) body.get("type")) {
            case "init":
                id = (String) body.get("node_id");
                reply(request, Map.of("type", "init_ok"));
                break;
            case "echo":
                reply(request, Map.of("type", "echo_ok", "echo", body.get("echo")));
                break;
            default:
                reply(request, Map.of("type", "error", "code", 10, "text", "not supported"));
        }
    }

    private void reply(Map<String, Object> request, Map<String, Object> fields) {
        Map<String, Object> body = new LinkedHashMap<>(fields);
        body.put("in_reply_to", Json.object(request.get("body")).get("msg_id"));
        // One write a message: a println of several parts could mix with that of another thread.
        out.print(Json.print(Map.of("src", id, "dest", request.get("src"), "body", body)) + "\n");
        out.flush();
    }
}
