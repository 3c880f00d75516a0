package dev.lorikeet.scheduler.loop;

import dev.lorikeet.scheduler.decision.Command;

/**
 * A command that came from outside.
 *
 * @param command what is asked
 * @param origin where the message stood that asked it
 */
public record Input(Command command, Command.Origin origin) {}
