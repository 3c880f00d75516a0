package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.Span;
import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a template's statements once. */
final class Renderer {
    private static final int DEEPEST_CALL = 100;

    private final Evaluator evaluator = new Evaluator();
    private final TextBuilder output = new TextBuilder();
    private final List<Span> generations = new ArrayList<>();
    private int calls;

    /** What a statement did to the loop around it. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    Template.Rendering render(List<Statement> statements, Scope scope) {
        run(statements, scope, output);
        return new Template.Rendering(output.build(), generations);
    }

    private Flow run(List<Statement> statements, Scope scope, TextBuilder target) {
        for (var statement : statements) {
            var flow = run(statement, scope, target);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, TextBuilder target) {
        evaluator.step();
        switch (statement) {
            case Statement.Data(var text) -> target.append(text);
            case Statement.Output(var expression) -> target.append(Values.print(evaluator.evaluate(expression, scope)));
            case Statement.If(var branches) -> {
                for (var branch : branches) {
                    if (branch.condition().isEmpty()
                            || Values.truthy(
                                    evaluator.evaluate(branch.condition().get(), scope))) {
                        return run(branch.body(), scope, target);
                    }
                }
            }
            case Statement.For loop -> loop(loop, scope, target);
            case Statement.Set(var targets, var value) -> assign(targets, evaluator.evaluate(value, scope), scope);
            case Statement.SetBlock(var name, var body) -> assign(List.of(name), captured(body, scope), scope);
            case Statement.Macro macro -> scope.set(macro.name(), function(macro, scope));
            case Statement.Generation(var body) -> {
                int from = target.length();
                run(body, new Scope(scope), target);
                // Only what is written straight to the end has its final place already.
                if (target == output) {
                    generations.add(new Span(from, target.length()));
                }
            }
            case Statement.FilterBlock filter ->
                target.append(Values.print(Filters.apply(
                        evaluator,
                        filter.name(),
                        captured(filter.body(), scope),
                        evaluator.arguments(filter.arguments(), scope))));
            case Statement.Break() -> {
                return Flow.BREAK;
            }
            case Statement.Continue() -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private Text captured(List<Statement> body, Scope scope) {
        var builder = new TextBuilder();
        run(body, new Scope(scope), builder);
        return builder.build();
    }

    private void assign(List<String> targets, Value value, Scope scope) {
        if (targets.size() == 1) {
            assign(targets.getFirst(), value, scope);
            return;
        }
        var parts = Values.elements(value);
        if (parts.size() != targets.size()) {
            throw new JinjaException(parts.size() + " values for the names " + targets);
        }
        for (int i = 0; i < parts.size(); i++) {
            assign(targets.get(i), parts.get(i), scope);
        }
    }

    private static void assign(String target, Value value, Scope scope) {
        int point = target.indexOf('.');
        if (point < 0) {
            scope.set(target, value);
        } else if (scope.get(target.substring(0, point)) instanceof Value.Namespace(var entries)) {
            entries.put(target.substring(point + 1), value);
        } else {
            throw new JinjaException("only a namespace's attributes can be set, not " + target);
        }
    }

    private void loop(Statement.For loop, Scope scope, TextBuilder target) {
        var items = new ArrayList<Value>();
        for (var item : Values.elements(evaluator.evaluate(loop.iterable(), scope))) {
            evaluator.step();
            if (loop.condition().isPresent()) {
                var inner = new Scope(scope);
                assign(loop.targets(), item, inner);
                if (!Values.truthy(evaluator.evaluate(loop.condition().get(), inner))) {
                    continue;
                }
            }
            items.add(item);
        }
        if (items.isEmpty()) {
            run(loop.otherwise(), new Scope(scope), target);
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            evaluator.step();
            var inner = new Scope(scope);
            assign(loop.targets(), items.get(i), inner);
            inner.set("loop", loopVariable(items, i));
            if (run(loop.body(), inner, target) == Flow.BREAK) {
                return;
            }
        }
    }

    private static Value loopVariable(List<Value> items, int index) {
        var entries = new LinkedHashMap<String, Value>();
        entries.put("index", new Value.Whole(index + 1));
        entries.put("index0", new Value.Whole(index));
        entries.put("revindex", new Value.Whole(items.size() - index));
        entries.put("revindex0", new Value.Whole(items.size() - index - 1));
        entries.put("first", Value.of(index == 0));
        entries.put("last", Value.of(index == items.size() - 1));
        entries.put("length", new Value.Whole(items.size()));
        entries.put("previtem", index > 0 ? items.get(index - 1) : new Value.Undefined("previtem"));
        entries.put("nextitem", index + 1 < items.size() ? items.get(index + 1) : new Value.Undefined("nextitem"));
        entries.put(
                "cycle",
                new Value.Function(
                        "cycle",
                        arguments -> arguments
                                .positional()
                                .get(index % Math.max(1, arguments.positional().size()))));
        return new Value.Mapping(entries);
    }

    private Value function(Statement.Macro macro, Scope scope) {
        // A macro sees the template's names, not those of the place that calls it.
        var outer = scope.outermost();
        return new Value.Function(macro.name(), arguments -> {
            if (++calls > DEEPEST_CALL) {
                throw new JinjaException("macros call each other too deep");
            }
            var inner = new Scope(outer);
            for (int i = 0; i < macro.parameters().size(); i++) {
                var parameter = macro.parameters().get(i);
                @Nullable Value given = arguments.get(i, parameter).orElse(null);
                if (given == null) {
                    var otherwise = macro.defaults().get(i);
                    given = otherwise.isPresent()
                            ? evaluator.evaluate(otherwise.get(), inner)
                            : new Value.Undefined(parameter);
                }
                inner.set(parameter, given);
            }
            var text = new TextBuilder();
            run(macro.body(), inner, text);
            calls--;
            return text.build();
        });
    }
}
