package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.Span;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;

/** A parsed template. Safe for use by several threads. */
public final class Template {
    private static final int LONGEST = 1_000_000;

    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    /**
     * What a template wrote.
     *
     * @param text with each character's origin
     * @param generations the parts that stand in blocks of that name
     */
    public record Rendering(Value.Text text, List<Span> generations) {
        public Rendering {
            generations = List.copyOf(generations);
        }
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException if it is malformed or uses what is not known here; names the line
     */
    public static Template parse(String source) {
        if (source.length() > LONGEST) {
            throw new JinjaException("the template is longer than " + LONGEST + " characters");
        }
        return new Template(TemplateParser.parse(source));
    }

    /**
     * Renders the template.
     *
     * @param variables the names it may use besides the functions known to every template
     * @param now what {@code strftime_now} says
     * @throws RaisedException if the template refuses its input
     * @throws JinjaException if something in it cannot be evaluated
     */
    public Rendering render(Map<String, Value> variables, ZonedDateTime now) {
        var scope = new Scope(null);
        Globals.define(scope, now);
        variables.forEach(scope::set);
        return new Renderer().render(statements, scope);
    }
}
