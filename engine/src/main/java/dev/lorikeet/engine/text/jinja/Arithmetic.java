package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;

/** Python's binary operators. */
final class Arithmetic {
    private static final int MOST_REPEATS = 10_000;

    private Arithmetic() {}

    static Value apply(String operator, Value left, Value right) {
        if (operator.equals("~")) {
            return Values.print(left).plus(Values.print(right));
        }
        if (operator.equals("+") && left instanceof Text first && right instanceof Text second) {
            return first.plus(second);
        }
        if (operator.equals("+") && left instanceof Value.Sequence first && right instanceof Value.Sequence second) {
            var items = new ArrayList<>(first.items());
            items.addAll(second.items());
            return new Value.Sequence(items);
        }
        if (operator.equals("*") && left instanceof Text text && right instanceof Value.Whole(long times)) {
            if (times > MOST_REPEATS) {
                throw new JinjaException("a string is repeated more than " + MOST_REPEATS + " times");
            }
            var builder = new TextBuilder();
            for (long i = 0; i < times; i++) {
                builder.append(text);
            }
            return builder.build();
        }
        if (!Values.numeric(left) || !Values.numeric(right)) {
            throw new JinjaException(
                    "'" + operator + "' cannot be applied to " + Values.kind(left) + " and " + Values.kind(right));
        }
        if (left instanceof Value.Real || right instanceof Value.Real || operator.equals("/")) {
            return new Value.Real(real(operator, Values.real(left), Values.real(right)));
        }
        return whole(operator, Values.whole(left), Values.whole(right));
    }

    private static Value whole(String operator, long left, long right) {
        try {
            return switch (operator) {
                case "+" -> new Value.Whole(Math.addExact(left, right));
                case "-" -> new Value.Whole(Math.subtractExact(left, right));
                case "*" -> new Value.Whole(Math.multiplyExact(left, right));
                case "//" -> new Value.Whole(Math.floorDiv(left, right));
                case "%" -> new Value.Whole(Math.floorMod(left, right));
                case "**" -> new Value.Whole((long) Math.pow((double) left, (double) right));
                default -> throw new JinjaException("unknown operator " + operator);
            };
        } catch (ArithmeticException e) {
            throw new JinjaException("impossible arithmetic: " + left + " " + operator + " " + right);
        }
    }

    private static double real(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - Math.floor(left / right) * right;
            case "**" -> Math.pow(left, right);
            default -> throw new JinjaException("unknown operator " + operator);
        };
    }
}
