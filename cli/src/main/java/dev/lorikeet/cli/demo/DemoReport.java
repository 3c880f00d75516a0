package dev.lorikeet.cli.demo;

import dev.lorikeet.cli.demo.data.DemoExample;
import dev.lorikeet.cli.demo.data.Score;
import dev.lorikeet.cli.platform.LocalRun;
import dev.lorikeet.cli.terminal.Table;
import dev.lorikeet.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the demo prints at its end. */
final class DemoReport {

    private static final int COLUMN = 50;
    private static final int MOST_LINES = 9;

    private DemoReport() {}

    /** A few questions, with both answers side by side. */
    static void answers(Terminal terminal, Evaluation evaluation, int few) {
        List<DemoExample> questions = evaluation.task().heldOut();
        for (int i = 0; i < Math.min(few, questions.size()); i++) {
            terminal.line("");
            for (String line : wrap("\"" + questions.get(i).user() + "\"", 2 * COLUMN)) {
                terminal.line(terminal.faint("  " + line));
            }
            terminal.line(terminal.bold(
                    "  " + pad("base model") + " | " + evaluation.task().adapter()));
            sideBySide(
                            evaluation.baseAnswers().get(i),
                            evaluation.adapterAnswers().get(i))
                    .forEach(line -> terminal.line("  " + line));
        }
    }

    /** Two texts in two columns. */
    static List<String> sideBySide(String left, String right) {
        List<String> leftLines = cut(wrap(left, COLUMN));
        List<String> rightLines = cut(wrap(right, COLUMN));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(leftLines.size(), rightLines.size()); i++) {
            String a = i < leftLines.size() ? leftLines.get(i) : "";
            String b = i < rightLines.size() ? rightLines.get(i) : "";
            lines.add((pad(a) + " | " + b).stripTrailing());
        }
        return lines;
    }

    private static List<String> cut(List<String> lines) {
        if (lines.size() <= MOST_LINES) {
            return lines;
        }
        List<String> fewer = new ArrayList<>(lines.subList(0, MOST_LINES));
        fewer.add("...");
        return fewer;
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(0, COLUMN - text.codePointCount(0, text.length())));
    }

    /** Lines of at most so many characters, broken at blanks where there are any. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().lines().toList()) {
            String rest = paragraph.replaceAll("\\p{Cntrl}", " ").stripTrailing();
            while (rest.length() > width) {
                int blank = rest.lastIndexOf(' ', width);
                int end = blank > 0 ? blank : width;
                lines.add(rest.substring(0, end).stripTrailing());
                rest = rest.substring(end).strip();
            }
            lines.add(rest);
        }
        return lines;
    }

    /** Every criterion's count, before and after. */
    static Table scores(Evaluation evaluation) {
        String tenant = evaluation.task().tenant();
        Table table = new Table(
                tenant + ": " + evaluation.task().title(),
                "BASE",
                evaluation.task().adapter().toUpperCase(Locale.ROOT));
        evaluation
                .adapter()
                .met()
                .keySet()
                .forEach(criterion -> table.row(
                        criterion, count(evaluation.base(), criterion), count(evaluation.adapter(), criterion)));
        return table;
    }

    private static String count(Score score, String criterion) {
        int met = score.met().getOrDefault(criterion, 0);
        return "%d/%d  %d %%".formatted(met, score.answers(), Math.round(100.0 * met / score.answers()));
    }

    /** How to go on with the running platform. */
    static List<String> next(LocalRun run, List<Evaluation> evaluations) {
        List<String> lines = new ArrayList<>();
        lines.add("The platform is up. Its development keys:");
        run.keys().forEach((tenant, key) -> lines.add("  " + tenant + "  " + key));
        lines.add("");
        lines.add("Talk with an adapter, or with the base model:");
        for (Evaluation evaluation : evaluations) {
            String tenant = evaluation.task().tenant();
            DemoExample question = evaluation.task().heldOut().getFirst();
            lines.add("  ./lorikeet chat --tenant " + tenant + " --model "
                    + evaluation.task().adapter() + " --system " + quote(question.system()) + " --prompt "
                    + quote(question.user()));
        }
        lines.add("  ./lorikeet chat");
        lines.add("");
        lines.add("The same by gRPC (reflection is on):");
        Evaluation last = evaluations.getLast();
        String key = run.keys().getOrDefault(last.task().tenant(), "KEY");
        lines.add("  grpcurl -plaintext -H 'authorization: Bearer " + key + "' -d '{\"model\": \""
                + last.task().adapter() + "\", \"conversation\": {\"messages\": [{\"role\": \"user\", \"content\":"
                + " \"Any advice on a weekend in Lisbon?\"}]}}' " + run.serving()
                + " lorikeet.inference.v1.InferenceService/Generate");
        lines.add("");
        lines.add("A training request from Kafka's console producer (a tab between header and body):");
        lines.add("  printf 'authorization:Bearer " + key + "\\t{\"adapter\": \"parrot\", \"inline_examples\":"
                + " {\"lines\": [\"{\\\\\"prompt\\\\\": \\\\\"Hello\\\\\", \\\\\"completion\\\\\": \\\\\" Hello"
                + " hello\\\\\"}\"]}}\\n' | kafka-console-producer.sh --bootstrap-server " + run.kafka()
                + " --topic lorikeet.training.requests --property parse.headers=true");
        lines.add("  ./lorikeet jobs --tenant " + last.task().tenant());
        return lines;
    }

    private static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
