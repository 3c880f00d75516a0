package dev.lorikeet.cli.demo.data;

/**
 * One exchange of a demo task.
 *
 * @param system the instruction, the same for training, base model and adapter
 * @param user what is asked
 * @param answer what a perfect model answers (of a task judged by a rule: one of many perfect answers)
 */
public record DemoExample(String system, String user, String answer) {}
