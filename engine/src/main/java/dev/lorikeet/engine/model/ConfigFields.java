package dev.lorikeet.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Typed, checked access to the fields of a JSON configuration; an absent and a null field are the same. */
record ConfigFields(Path file, JsonNode node) {
    boolean present(String field) {
        return node.hasNonNull(field);
    }

    ConfigFields object(String field) throws MalformedFileException {
        var value = node.path(field);
        if (!value.isObject()) {
            throw malformed(field, "an object", value);
        }
        return new ConfigFields(file, value);
    }

    int integer(String field) throws MalformedFileException {
        var value = node.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw malformed(field, "a whole number", value);
        }
        return value.intValue();
    }

    int integer(String field, int absent) throws MalformedFileException {
        return present(field) ? integer(field) : absent;
    }

    double number(String field) throws MalformedFileException {
        var value = node.path(field);
        if (!value.isNumber()) {
            throw malformed(field, "a number", value);
        }
        return value.doubleValue();
    }

    double number(String field, double absent) throws MalformedFileException {
        return present(field) ? number(field) : absent;
    }

    boolean flag(String field, boolean absent) throws MalformedFileException {
        if (!present(field)) {
            return absent;
        }
        var value = node.path(field);
        if (!value.isBoolean()) {
            throw malformed(field, "true or false", value);
        }
        return value.booleanValue();
    }

    String text(String field, String absent) throws MalformedFileException {
        if (!present(field)) {
            return absent;
        }
        var value = node.path(field);
        if (!value.isTextual()) {
            throw malformed(field, "a string", value);
        }
        return value.textValue();
    }

    /** A list of strings. */
    List<String> texts(String field) throws MalformedFileException {
        var value = node.path(field);
        var texts = new ArrayList<String>();
        for (var element : value) {
            if (!element.isTextual()) {
                throw malformed(field, "a list of strings", value);
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** Refuses a model whose setting is not among those computed here. */
    void requireOneOf(String field, String absent, Set<String> known) throws IOException {
        var value = text(field, absent);
        if (!known.contains(value)) {
            throw new UnsupportedModelException(
                    file, field + " '" + value + "' is unknown; known: " + new TreeSet<>(known));
        }
    }

    /** Refuses a model whose switch stands otherwise than computed here; absent, it stands right. */
    void requireFlag(String field, boolean computed) throws IOException {
        if (flag(field, computed) != computed) {
            throw new UnsupportedModelException(file, field + " = " + !computed + " is not computed");
        }
    }

    /** A field that is one id or a list of ids; empty if absent. */
    Set<Integer> ids(String field) throws MalformedFileException {
        var ids = new LinkedHashSet<Integer>();
        if (!present(field)) {
            return ids;
        }
        var value = node.path(field);
        for (var element : value.isArray() ? value : java.util.List.of(value)) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                throw malformed(field, "an id or a list of ids", value);
            }
            ids.add(element.intValue());
        }
        return ids;
    }

    private MalformedFileException malformed(String field, String expected, JsonNode value) {
        var found = value.isMissingNode() || value.isNull() ? "it is missing" : "it is " + value;
        return new MalformedFileException(file, field + " must be " + expected + ", but " + found);
    }
}
