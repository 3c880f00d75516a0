package dev.lorikeet.cli.demo.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The demo's tasks as everybody gets them. */
public final class DemoTasks {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DemoTasks() {}

    /** Both tasks, always with the same examples. */
    public static List<DemoTask> all() {
        return List.of(new SupportTriage(20_261, 240, 32), new HouseStyle(20_262, 200, 32));
    }

    /**
     * Examples as a dataset file, chat form.
     *
     * @param examples one line each
     * @return JSONL in UTF-8
     */
    public static byte[] jsonl(List<DemoExample> examples) {
        StringBuilder lines = new StringBuilder();
        for (DemoExample example : examples) {
            ObjectNode line = JSON.createObjectNode();
            line.putArray("messages")
                    .add(message("system", example.system()))
                    .add(message("user", example.user()))
                    .add(message("assistant", example.answer()));
            lines.append(line).append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode message(String role, String content) {
        return JSON.createObjectNode().put("role", role).put("content", content);
    }
}
