package dev.lorikeet.engine.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;

/** The functions that every template may call. */
final class Globals {
    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    static void define(Scope scope, ZonedDateTime now) {
        function(scope, "range", Globals::range);
        function(scope, "namespace", arguments -> new Value.Namespace(new LinkedHashMap<>(arguments.named())));
        function(scope, "dict", arguments -> new Value.Mapping(arguments.named()));
        function(scope, "raise_exception", arguments -> {
            throw new RaisedException(
                    Values.print(arguments.require(0, "message")).chars());
        });
        function(scope, "strftime_now", arguments -> Value.text(formatted(now, arguments.text(0, "format"))));
    }

    private static void function(Scope scope, String name, Value.Function.Body body) {
        scope.set(name, new Value.Function(name, body));
    }

    private static Value range(Arguments arguments) {
        var given = arguments.positional();
        long from = given.size() > 1 ? Values.whole(given.get(0)) : 0;
        long to = Values.whole(arguments.require(given.size() > 1 ? 1 : 0, "stop"));
        long step = given.size() > 2 ? Values.whole(given.get(2)) : 1;
        if (step == 0) {
            throw new JinjaException("a range's step cannot be 0");
        }
        var items = new ArrayList<Value>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (items.size() == LONGEST_RANGE) {
                throw new JinjaException("a range is longer than " + LONGEST_RANGE);
            }
            items.add(new Value.Whole(i));
        }
        return new Value.Sequence(items);
    }

    /** Python's strftime. */
    private static String formatted(ZonedDateTime now, String format) {
        var text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char code = format.charAt(++i);
            var pattern = switch (code) {
                case 'd' -> "dd";
                case 'm' -> "MM";
                case 'Y' -> "yyyy";
                case 'y' -> "yy";
                case 'b' -> "MMM";
                case 'B' -> "MMMM";
                case 'a' -> "EEE";
                case 'A' -> "EEEE";
                case 'H' -> "HH";
                case 'I' -> "hh";
                case 'M' -> "mm";
                case 'S' -> "ss";
                case 'p' -> "a";
                case 'j' -> "DDD";
                case 'Z' -> "zzz";
                case 'z' -> "xx";
                case '%' -> "'%'";
                default -> throw new JinjaException("strftime_now does not know %" + code);
            };
            text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now));
        }
        return text.toString();
    }
}
