package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Looks at the fields of one message of a request, one after the other, and notes what is wrong with them. */
final class Check {
    static final int MAX_ENTRIES = 256;
    private static final int MAX_PATTERN = 256;
    private static final Pattern MODULE = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");

    private final String prefix;
    private final List<Violation> found;

    /**
     * A check of a message's fields.
     *
     * @param prefix path of the message with a dot at its end; empty for the request itself
     * @param found where violations go
     */
    Check(String prefix, List<Violation> found) {
        this.prefix = requireNonNull(prefix, "prefix");
        this.found = requireNonNull(found, "found");
    }

    /** A check of a message within this one. */
    Check in(String field) {
        return new Check(prefix + field + ".", found);
    }

    /** Notes that a field is wrong. */
    void wrong(Code code, String field, String reason) {
        found.add(new Violation(code, prefix + field, reason));
    }

    /** A whole number; where the least is 0, a zero stands for the default. */
    void range(String field, long value, long least, long most) {
        if (value < least || value > most) {
            wrong(
                    Code.OUT_OF_RANGE,
                    field,
                    "is " + value + "; use " + least + " to " + most + (least == 0 ? " (0: the default)" : ""));
        }
    }

    /** A number; NaN lies outside of every range. */
    void range(String field, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            wrong(Code.OUT_OF_RANGE, field, "is " + value + "; use a number from " + least + " to " + most);
        }
    }

    /** A probability of dropping something: 0 to below 1. */
    void dropout(String field, double value) {
        if (!(value >= 0 && value < 1)) {
            wrong(Code.OUT_OF_RANGE, field, "is " + value + "; use 0 to below 1");
        }
    }

    /** Names of modules, each once; {@code alone} is a word that may stand in their place, or empty. */
    void modules(String field, List<String> modules, String alone) {
        if (tooMany(field, modules.size())) {
            return;
        }
        if (!alone.isEmpty() && modules.contains(alone) && modules.size() > 1) {
            wrong(Code.INVALID_VALUE, field, "'" + alone + "' stands alone, without other names");
        }
        for (int i = 0; i < modules.size(); i++) {
            String name = modules.get(i);
            boolean isAlone = !alone.isEmpty() && name.equals(alone);
            if (!isAlone
                    && (name.length() > MAX_PATTERN || !MODULE.matcher(name).matches())) {
                wrong(Code.INVALID_NAME, field + "[" + i + "]", "must be a module's name such as q_proj");
            }
        }
        if (new HashSet<>(modules).size() < modules.size()) {
            wrong(Code.INVALID_VALUE, field, "names a module twice");
        }
    }

    /** Keys that are module names or regular expressions. */
    void patterns(String field, Map<String, ?> patterns) {
        tooMany(field, patterns.size());
        for (String pattern : patterns.keySet()) {
            if (!isPattern(pattern)) {
                wrong(
                        Code.INVALID_VALUE,
                        field,
                        "must have module names or regular expressions of 1 to 256 characters as keys");
                return;
            }
        }
    }

    /** A regular expression. */
    void pattern(String field, String pattern) {
        if (!isPattern(pattern)) {
            wrong(Code.INVALID_VALUE, field, "must be a regular expression of 1 to 256 characters");
        }
    }

    /** Numbers from 0, each once. */
    void indices(String field, String what, List<Integer> indices, int most) {
        if (tooMany(field, indices.size())) {
            return;
        }
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < indices.size(); i++) {
            int index = indices.get(i);
            range(field + "[" + i + "]", index, 0, most);
            if (!seen.add(index)) {
                wrong(Code.INVALID_VALUE, field + "[" + i + "]", "names " + what + " " + index + " twice");
            }
        }
    }

    private boolean tooMany(String field, int entries) {
        if (entries > MAX_ENTRIES) {
            wrong(Code.TOO_LARGE, field, "has more than " + MAX_ENTRIES + " entries");
        }
        return entries > MAX_ENTRIES;
    }

    private static boolean isPattern(String pattern) {
        if (pattern.isEmpty() || pattern.length() > MAX_PATTERN) {
            return false;
        }
        try {
            return Pattern.compile(pattern).flags() >= 0;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
