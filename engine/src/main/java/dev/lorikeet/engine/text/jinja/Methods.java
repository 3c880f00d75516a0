package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The methods of Python's strings, dictionaries and lists that templates call. */
final class Methods {
    private Methods() {}

    /** The call's result, or empty if the receiver has no such method. */
    static Optional<Value> call(Value receiver, String name, Arguments arguments) {
        return switch (receiver) {
            case Text text -> string(text, name, arguments);
            case Value.Mapping(var entries) -> dictionary(entries, name, arguments);
            case Value.Sequence(var items) -> list(items, name, arguments);
            default -> Optional.empty();
        };
    }

    private static Optional<Value> string(Text text, String name, Arguments arguments) {
        Value result = switch (name) {
            case "strip" -> Strings.strip(text, characters(arguments), true, true);
            case "lstrip" -> Strings.strip(text, characters(arguments), true, false);
            case "rstrip" -> Strings.strip(text, characters(arguments), false, true);
            case "split" ->
                new Value.Sequence(
                        separator(arguments).isEmpty()
                                ? Strings.words(text)
                                : Strings.split(text, separator(arguments), arguments.integer(1, "maxsplit", -1)));
            case "rsplit" ->
                new Value.Sequence(
                        separator(arguments).isEmpty()
                                ? Strings.words(text)
                                : Strings.splitFromEnd(
                                        text, separator(arguments), arguments.integer(1, "maxsplit", -1)));
            case "splitlines" -> new Value.Sequence(Strings.lines(text));
            case "startswith" -> Value.of(prefixes(arguments).stream().anyMatch(text.chars()::startsWith));
            case "endswith" -> Value.of(prefixes(arguments).stream().anyMatch(text.chars()::endsWith));
            case "upper" -> Strings.upper(text);
            case "lower" -> Strings.lower(text);
            case "title" -> Strings.title(text);
            case "capitalize" -> Strings.capitalised(text);
            case "replace" ->
                Strings.replace(
                        text,
                        arguments.text(0, "old"),
                        Values.text(arguments.require(1, "new")),
                        arguments.integer(2, "count", -1));
            case "join" -> Values.join(Values.elements(arguments.require(0, "iterable")), text);
            case "find" -> new Value.Whole(text.chars().indexOf(arguments.text(0, "sub")));
            case "count" ->
                new Value.Whole(
                        Strings.split(text, arguments.text(0, "sub"), -1).size() - 1);
            case "isdigit" -> Value.of(text.length() > 0 && text.chars().chars().allMatch(Character::isDigit));
            case "isspace" ->
                Value.of(text.length() > 0 && text.chars().chars().allMatch(c -> Strings.blank((char) c)));
            default -> Value.NONE;
        };
        return result instanceof Value.None ? Optional.empty() : Optional.of(result);
    }

    private static String characters(Arguments arguments) {
        return arguments.get(0, "chars").orElse(Value.NONE) instanceof Text text ? text.chars() : "";
    }

    private static String separator(Arguments arguments) {
        return arguments.get(0, "sep").orElse(Value.NONE) instanceof Text text ? text.chars() : "";
    }

    private static List<String> prefixes(Arguments arguments) {
        var given = arguments.require(0, "prefix");
        return given instanceof Text text
                ? List.of(text.chars())
                : Values.elements(given).stream()
                        .map(value -> Values.text(value).chars())
                        .toList();
    }

    private static Optional<Value> dictionary(Map<String, Value> entries, String name, Arguments arguments) {
        return switch (name) {
            case "items" -> Optional.of(items(entries));
            case "keys" ->
                Optional.of(new Value.Sequence(
                        entries.keySet().stream().<Value>map(Value::text).toList()));
            case "values" -> Optional.of(new Value.Sequence(List.copyOf(entries.values())));
            case "get" ->
                Optional.of(entries.getOrDefault(
                        Values.print(arguments.require(0, "key")).chars(),
                        arguments.get(1, "default").orElse(Value.NONE)));
            default -> Optional.empty();
        };
    }

    static Value items(Map<String, Value> entries) {
        var pairs = new ArrayList<Value>();
        entries.forEach((key, value) -> pairs.add(new Value.Sequence(List.of(Value.text(key), value))));
        return new Value.Sequence(pairs);
    }

    private static Optional<Value> list(List<Value> items, String name, Arguments arguments) {
        return switch (name) {
            case "index" -> {
                var wanted = arguments.require(0, "value");
                for (int i = 0; i < items.size(); i++) {
                    if (Values.equal(items.get(i), wanted)) {
                        yield Optional.of(new Value.Whole(i));
                    }
                }
                throw new JinjaException("the list has no such element");
            }
            case "count" -> {
                var wanted = arguments.require(0, "value");
                yield Optional.of(new Value.Whole(items.stream()
                        .filter(item -> Values.equal(item, wanted))
                        .count()));
            }
            default -> Optional.empty();
        };
    }
}
