package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Evaluates expressions. One is made for each rendering; it counts its steps, so that no template runs for ever. */
final class Evaluator {
    private static final int MOST_STEPS = 2_000_000;

    private int steps;

    Value evaluate(Expression expression, Scope scope) {
        step();
        return switch (expression) {
            case Expression.Literal(var value) -> value;
            case Expression.Name(var name, var _) -> scope.get(name);
            case Expression.ListOf(var items) -> new Value.Sequence(all(items, scope));
            case Expression.DictOf dict -> dictionary(dict, scope);
            case Expression.Attribute(var target, var name) -> attribute(evaluate(target, scope), name);
            case Expression.Item(var target, var key) -> item(evaluate(target, scope), evaluate(key, scope));
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope);
            case Expression.Filter filter ->
                at(
                        filter.line(),
                        () -> Filters.apply(
                                this,
                                filter.name(),
                                evaluate(filter.target(), scope),
                                arguments(filter.arguments(), scope)));
            case Expression.Test test ->
                at(
                        test.line(),
                        () -> Value.of(Tests.holds(
                                test.name(), evaluate(test.target(), scope), arguments(test.arguments(), scope))));
            case Expression.Unary(var operator, var operand) -> unary(operator, evaluate(operand, scope));
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Conditional(var condition, var then, var otherwise) ->
                Values.truthy(evaluate(condition, scope))
                        ? evaluate(then, scope)
                        : otherwise.isPresent()
                                ? evaluate(otherwise.get(), scope)
                                : new Value.Undefined("the missing else");
        };
    }

    void step() {
        if (++steps > MOST_STEPS) {
            throw new JinjaException("the template takes more than " + MOST_STEPS + " steps");
        }
    }

    private interface Work {
        Value run();
    }

    /** Names the line of whatever goes wrong inside, once. */
    private static Value at(int line, Work work) {
        try {
            return work.run();
        } catch (RaisedException e) {
            throw e;
        } catch (JinjaException e) {
            var message = String.valueOf(e.getMessage());
            throw message.startsWith("line ") ? e : new JinjaException(line, message);
        }
    }

    private List<Value> all(List<Expression> expressions, Scope scope) {
        var values = new ArrayList<Value>();
        for (var expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    Arguments arguments(Expression.CallArguments written, Scope scope) {
        var named = new LinkedHashMap<String, Value>();
        for (int i = 0; i < written.names().size(); i++) {
            named.put(written.names().get(i), evaluate(written.named().get(i), scope));
        }
        return new Arguments(all(written.positional(), scope), named);
    }

    private Value dictionary(Expression.DictOf dict, Scope scope) {
        var entries = new LinkedHashMap<String, Value>();
        for (int i = 0; i < dict.keys().size(); i++) {
            entries.put(
                    Values.print(evaluate(dict.keys().get(i), scope)).chars(),
                    evaluate(dict.values().get(i), scope));
        }
        return new Value.Mapping(entries);
    }

    static Value attribute(Value target, String name) {
        return switch (target) {
            case Value.Mapping(var entries) -> entries.getOrDefault(name, new Value.Undefined(name));
            case Value.Namespace(var entries) -> entries.getOrDefault(name, new Value.Undefined(name));
            case Value.Undefined(var missing) ->
                throw new JinjaException("'" + missing + "' is undefined and has no '" + name + "'");
            default -> new Value.Undefined(name);
        };
    }

    private static Value item(Value target, Value key) {
        if (key instanceof Value.Whole(long index)) {
            return switch (target) {
                case Value.Sequence(var items) -> {
                    long at = index < 0 ? index + items.size() : index;
                    yield at >= 0 && at < items.size() ? items.get((int) at) : new Value.Undefined("item " + index);
                }
                case Text text -> {
                    long at = index < 0 ? index + text.length() : index;
                    yield at >= 0 && at < text.length()
                            ? text.slice((int) at, (int) at + 1)
                            : new Value.Undefined("character " + index);
                }
                default -> attribute(target, Long.toString(index));
            };
        }
        return attribute(target, Values.print(key).chars());
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        var target = evaluate(slice.target(), scope);
        int size = target instanceof Text text ? text.length() : Values.length(target);
        int step = bound(slice.step(), scope, 1);
        if (step == 0) {
            throw new JinjaException("a slice's step cannot be 0");
        }
        int from = clamp(
                bound(slice.from(), scope, step > 0 ? 0 : size - 1),
                size,
                step,
                slice.from().isPresent());
        int to = clamp(
                bound(slice.to(), scope, step > 0 ? size : -1),
                size,
                step,
                slice.to().isPresent());
        var indices = new ArrayList<Integer>();
        for (int i = from; step > 0 ? i < to : i > to; i += step) {
            indices.add(i);
        }
        if (target instanceof Text text) {
            var builder = new TextBuilder();
            indices.forEach(i -> builder.append(text.slice(i, i + 1)));
            return builder.build();
        }
        var elements = Values.elements(target);
        return new Value.Sequence(indices.stream().map(elements::get).toList());
    }

    private int bound(Optional<Expression> bound, Scope scope, int absent) {
        if (bound.isEmpty() || evaluate(bound.get(), scope) instanceof Value.None) {
            return absent;
        }
        return (int) Values.whole(evaluate(bound.get(), scope));
    }

    private static int clamp(int index, int size, int step, boolean given) {
        int at = given && index < 0 ? index + size : index;
        return step > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
    }

    private Value call(Expression.Call call, Scope scope) {
        return at(call.line(), () -> {
            var arguments = arguments(call.arguments(), scope);
            if (call.target() instanceof Expression.Attribute(var target, var name)) {
                var receiver = evaluate(target, scope);
                var method = Methods.call(receiver, name, arguments);
                if (method.isPresent()) {
                    return method.get();
                }
                return invoke(attribute(receiver, name), name, arguments);
            }
            var name = call.target() instanceof Expression.Name(var written, var _) ? written : "the expression";
            return invoke(evaluate(call.target(), scope), name, arguments);
        });
    }

    private static Value invoke(Value target, String name, Arguments arguments) {
        if (target instanceof Value.Function(var _, var body)) {
            return body.call(arguments);
        }
        throw new JinjaException("'" + name + "' is no function known here");
    }

    private static Value unary(String operator, Value operand) {
        return switch (operator) {
            case "not" -> Value.of(!Values.truthy(operand));
            case "-" ->
                operand instanceof Value.Real(double real)
                        ? new Value.Real(-real)
                        : new Value.Whole(-Values.whole(operand));
            default -> operand;
        };
    }

    private Value binary(Expression.Binary binary, Scope scope) {
        var left = evaluate(binary.left(), scope);
        // Python's and/or give one of the operands, and look at the second only if they must.
        if (binary.operator().equals("and")) {
            return Values.truthy(left) ? evaluate(binary.right(), scope) : left;
        }
        if (binary.operator().equals("or")) {
            return Values.truthy(left) ? left : evaluate(binary.right(), scope);
        }
        var right = evaluate(binary.right(), scope);
        return at(binary.line(), () -> Arithmetic.apply(binary.operator(), left, right));
    }

    private Value comparison(Expression.Comparison comparison, Scope scope) {
        var left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            var right = evaluate(comparison.others().get(i), scope);
            boolean holds = switch (comparison.operators().get(i)) {
                case "==" -> Values.equal(left, right);
                case "!=" -> !Values.equal(left, right);
                case "<" -> Values.compare(left, right) < 0;
                case "<=" -> Values.compare(left, right) <= 0;
                case ">" -> Values.compare(left, right) > 0;
                case ">=" -> Values.compare(left, right) >= 0;
                case "in" -> Values.contains(right, left);
                case "not in" -> !Values.contains(right, left);
                default -> throw new IllegalStateException("no comparison " + comparison.operators());
            };
            if (!holds) {
                return Value.FALSE;
            }
            left = right;
        }
        return Value.TRUE;
    }
}
