package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What may follow {@code |}. */
final class Filters {
    private Filters() {}

    static Value apply(Evaluator evaluator, String name, Value value, Arguments arguments) {
        evaluator.step();
        return switch (name) {
            case "trim" -> {
                var characters = arguments.get(0, "chars").orElse(Value.NONE) instanceof Text text ? text.chars() : "";
                yield Strings.strip(Values.print(value), characters, true, true);
            }
            case "tojson" -> JsonText.of(value, arguments);
            case "length", "count" -> new Value.Whole(Values.length(value));
            case "upper" -> Strings.upper(Values.print(value));
            case "lower" -> Strings.lower(Values.print(value));
            case "title" -> Strings.title(Values.print(value));
            case "capitalize" -> Strings.capitalised(Values.print(value));
            case "string", "safe" -> Values.print(value);
            case "int" -> integer(value, arguments);
            case "float" -> real(value, arguments);
            case "list" -> new Value.Sequence(Values.elements(value));
            case "default", "d" -> {
                boolean falsy = arguments.get(1, "boolean").map(Values::truthy).orElse(false);
                boolean missing = value instanceof Value.Undefined || (falsy && !Values.truthy(value));
                yield missing ? arguments.get(0, "default_value").orElse(Value.text("")) : value;
            }
            case "items" ->
                switch (value) {
                    case Value.Mapping(var entries) -> Methods.items(entries);
                    case Value.Undefined _ -> new Value.Sequence(List.of());
                    default -> throw new JinjaException(Values.kind(value) + " has no items");
                };
            case "dictsort" ->
                new Value.Sequence(Values.elements(apply(evaluator, "items", value, Arguments.NONE)).stream()
                        .sorted(Comparator.comparing(pair ->
                                Values.print(Values.elements(pair).getFirst()).chars()))
                        .toList());
            case "replace" ->
                Strings.replace(
                        Values.print(value),
                        arguments.text(0, "old"),
                        Values.text(arguments.require(1, "new")),
                        arguments.integer(2, "count", -1));
            case "indent" ->
                Strings.indented(
                        Values.print(value),
                        arguments.get(0, "width").orElse(Value.NONE) instanceof Text text
                                ? text.chars()
                                : " ".repeat(arguments.integer(0, "width", 4)),
                        arguments.get(1, "first").map(Values::truthy).orElse(false),
                        arguments.get(2, "blank").map(Values::truthy).orElse(false));
            case "abs" ->
                value instanceof Value.Real(double real)
                        ? new Value.Real(Math.abs(real))
                        : new Value.Whole(Math.abs(Values.whole(value)));
            case "round" ->
                new Value.Real(BigDecimal.valueOf(Values.real(value))
                        .setScale(arguments.integer(0, "precision", 0), RoundingMode.HALF_EVEN)
                        .doubleValue());
            case "first",
                    "last",
                    "join",
                    "reverse",
                    "sort",
                    "unique",
                    "map",
                    "select",
                    "reject",
                    "selectattr",
                    "rejectattr",
                    "min",
                    "max",
                    "sum" -> list(evaluator, name, Values.elements(value), arguments);
            default -> throw new JinjaException("unknown filter '" + name + "'");
        };
    }

    private static Value list(Evaluator evaluator, String name, List<Value> items, Arguments arguments) {
        return switch (name) {
            case "first" -> items.isEmpty() ? new Value.Undefined("first") : items.getFirst();
            case "last" -> items.isEmpty() ? new Value.Undefined("last") : items.getLast();
            case "join" -> {
                var attribute = arguments.get(1, "attribute");
                var parts = attribute.isEmpty()
                        ? items
                        : items.stream()
                                .map(item ->
                                        at(item, Values.print(attribute.get()).chars()))
                                .toList();
                yield Values.join(parts, Values.print(arguments.get(0, "d").orElse(Value.text(""))));
            }
            case "reverse" -> new Value.Sequence(items.reversed());
            case "sort" -> {
                var sorted = new ArrayList<>(items);
                var attribute = arguments.get(2, "attribute");
                Comparator<Value> order = (a, b) -> Values.compare(
                        attribute.map(key -> at(a, Values.print(key).chars())).orElse(a),
                        attribute.map(key -> at(b, Values.print(key).chars())).orElse(b));
                boolean reversed =
                        arguments.get(0, "reverse").map(Values::truthy).orElse(false);
                sorted.sort(reversed ? order.reversed() : order);
                yield new Value.Sequence(sorted);
            }
            case "unique" -> {
                var unique = new ArrayList<Value>();
                for (var item : items) {
                    if (unique.stream().noneMatch(seen -> Values.equal(seen, item))) {
                        unique.add(item);
                    }
                }
                yield new Value.Sequence(unique);
            }
            case "map" -> {
                var mapped = new ArrayList<Value>();
                for (var item : items) {
                    mapped.add(
                            arguments.named().containsKey("attribute")
                                    ? at(
                                            item,
                                            Values.print(arguments.require(Integer.MAX_VALUE, "attribute"))
                                                    .chars())
                                    : apply(evaluator, arguments.text(0, "filter"), item, arguments.rest()));
                }
                yield new Value.Sequence(mapped);
            }
            case "select", "reject" -> {
                var kept = new ArrayList<Value>();
                for (var item : items) {
                    boolean holds = arguments.positional().isEmpty()
                            ? Values.truthy(item)
                            : Tests.holds(arguments.text(0, "test"), item, arguments.rest());
                    if (holds == name.equals("select")) {
                        kept.add(item);
                    }
                }
                yield new Value.Sequence(kept);
            }
            case "selectattr", "rejectattr" -> {
                var kept = new ArrayList<Value>();
                for (var item : items) {
                    var value = at(item, arguments.text(0, "attribute"));
                    boolean holds = arguments.positional().size() < 2
                            ? Values.truthy(value)
                            : Tests.holds(
                                    arguments.text(1, "test"),
                                    value,
                                    arguments.rest().rest());
                    if (holds == name.equals("selectattr")) {
                        kept.add(item);
                    }
                }
                yield new Value.Sequence(kept);
            }
            case "min" -> items.stream().min(Values::compare).orElse(new Value.Undefined("min"));
            case "max" -> items.stream().max(Values::compare).orElse(new Value.Undefined("max"));
            case "sum" -> {
                Value sum = new Value.Whole(0);
                for (var item : items) {
                    sum = Arithmetic.apply("+", sum, item);
                }
                yield sum;
            }
            default -> throw new IllegalStateException("no filter " + name);
        };
    }

    /** An attribute by a path such as {@code function.name}. */
    private static Value at(Value item, String path) {
        var value = item;
        for (var name : path.split("\\.", -1)) {
            value = Evaluator.attribute(value, name);
        }
        return value;
    }

    private static Value integer(Value value, Arguments arguments) {
        try {
            return switch (value) {
                case Value.Real(double real) -> new Value.Whole((long) real);
                case Text text ->
                    new Value.Whole((long) Double.parseDouble(text.chars().strip()));
                default -> new Value.Whole(Values.whole(value));
            };
        } catch (NumberFormatException e) {
            return arguments.get(0, "default").orElse(new Value.Whole(0));
        }
    }

    private static Value real(Value value, Arguments arguments) {
        try {
            return new Value.Real(
                    value instanceof Text text ? Double.parseDouble(text.chars().strip()) : Values.real(value));
        } catch (NumberFormatException e) {
            return arguments.get(0, "default").orElse(new Value.Real(0));
        }
    }
}
