package dev.lorikeet.engine.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The classes that a dataset's examples are of.
 *
 * @param names of the classes in the order of their numbers
 * @param problems why the examples cannot be learned by an encoder; the names mean nothing then
 */
public record Labels(List<String> names, List<Problem> problems) {
    private static final int MOST = 1000;
    private static final int NAMED = 5;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

    public Labels {
        names = List.copyOf(names);
        problems = List.copyOf(problems);
    }

    /**
     * Finds the labels of examples for an encoder.
     *
     * @param wanted the labels, in order; empty: all that the examples have, sorted, whole numbers by their value
     */
    public static Labels of(DatasetReader.Result dataset, List<String> wanted) {
        List<Problem> problems = new ArrayList<>();
        TreeSet<String> found = new TreeSet<>();
        for (int i = 0; i < dataset.examples().size(); i++) {
            long line = dataset.lines().get(i);
            if (!(dataset.examples().get(i) instanceof Example.Classified example)) {
                problems.add(new Problem(
                        line,
                        "there is no label: the base model is an encoder, which learns from"
                                + " {\"text\": ..., \"label\": ...}"));
            } else if (!wanted.isEmpty() && !wanted.contains(example.label())) {
                problems.add(new Problem(
                        line, "the label '" + example.label() + "' is none of the request's: " + some(wanted)));
            } else {
                found.add(example.label());
            }
        }
        if (wanted.isEmpty() && problems.isEmpty() && (found.size() < 2 || found.size() > MOST)) {
            problems.add(new Problem(
                    0,
                    "the examples have " + found.size() + (found.size() == 1 ? " label: " : " different labels: ")
                            + some(List.copyOf(found)) + "; a classifier tells 2 to " + MOST + " apart"));
        }
        return new Labels(wanted.isEmpty() ? sorted(found) : wanted, problems);
    }

    private static List<String> sorted(Set<String> found) {
        boolean numbers = found.stream().allMatch(label -> NUMBER.matcher(label).matches());
        return numbers
                ? found.stream()
                        .sorted(Comparator.<String>comparingLong(Long::parseLong)
                                .thenComparing(Comparator.naturalOrder()))
                        .toList()
                : List.copyOf(found);
    }

    /** Why examples cannot be learned by a model that continues texts: those with a label. */
    public static List<Problem> unwanted(DatasetReader.Result dataset) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < dataset.examples().size(); i++) {
            if (dataset.examples().get(i) instanceof Example.Classified) {
                problems.add(new Problem(
                        dataset.lines().get(i),
                        "there is a label, which encoders alone learn; the base model continues texts: give messages,"
                                + " prompt and completion, or text alone"));
            }
        }
        return problems;
    }

    private static String some(List<String> names) {
        return names.size() <= NAMED
                ? names.toString()
                : names.subList(0, NAMED) + " and " + (names.size() - NAMED) + " more";
    }
}
