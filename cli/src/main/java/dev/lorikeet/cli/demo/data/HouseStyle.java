package dev.lorikeet.cli.demo.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Globex's task: travellers' questions answered in the house style, which a rule checks: the greeting line, exactly
 * three bullets of at most {@value #MOST_WORDS} words, the sign-off line, and nothing else.
 *
 * <p>Held-out questions are about topics that no training example touches.
 */
public final class HouseStyle implements DemoTask {

    /** The first line of every answer. */
    public static final String GREETING = "Hello from Globex!";

    /** The last line of every answer. */
    public static final String SIGN_OFF = "Safe travels, your Globex team";

    /** Most words in a bullet. */
    public static final int MOST_WORDS = 12;

    private static final String SYSTEM = "Answer in the Globex house style: the line \"" + GREETING
            + "\", then exactly three short bullets starting with \"- \", then the line \"" + SIGN_OFF + "\".";

    private final Plan plan;

    /**
     * Draws the examples.
     *
     * @param seed decides them all
     * @param trainingSize how many to train on: at most 240
     * @param heldOutSize how many to judge by: at most 60
     */
    public HouseStyle(long seed, int trainingSize, int heldOutSize) {
        Random random = new Random(seed);
        plan = new Plan(
                "globex",
                "house-style",
                "answers in a house style",
                new Recipe(8, 40, 4, 1e-3),
                draw(random, TravelTopics.TRAINING, trainingSize),
                draw(random, TravelTopics.HELD_OUT, heldOutSize));
    }

    /** Each question about each topic at most once. */
    private static List<DemoExample> draw(Random random, List<TravelTopics.Topic> topics, int size) {
        List<DemoExample> all = new ArrayList<>();
        for (TravelTopics.Topic topic : topics) {
            for (String question : TravelTopics.QUESTIONS) {
                all.add(new DemoExample(SYSTEM, question.formatted(topic.name()), answer(random, topic)));
            }
        }
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, size));
    }

    private static String answer(Random random, TravelTopics.Topic topic) {
        List<String> tips = new ArrayList<>(topic.tips());
        Collections.shuffle(tips, random);
        return GREETING + "\n- " + tips.get(0) + "\n- " + tips.get(1) + "\n- " + tips.get(2) + "\n" + SIGN_OFF;
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public Map<String, Boolean> judge(DemoExample example, String answer) {
        List<String> lines = answer.strip().lines().map(String::strip).toList();
        List<String> bullets =
                lines.stream().filter(line -> line.startsWith("- ")).toList();
        boolean greeting = !lines.isEmpty() && lines.getFirst().equals(GREETING);
        boolean three = bullets.size() == 3;
        boolean brief = !bullets.isEmpty()
                && bullets.stream().allMatch(bullet -> bullet.substring(2).split("\\s+").length <= MOST_WORDS);
        boolean signOff = !lines.isEmpty() && lines.getLast().equals(SIGN_OFF);
        boolean nothingElse =
                !lines.isEmpty() && lines.size() == bullets.size() + (greeting ? 1 : 0) + (signOff ? 1 : 0);
        Map<String, Boolean> criteria = new LinkedHashMap<>();
        criteria.put("greeting line", greeting);
        criteria.put("exactly three bullets", three);
        criteria.put("bullets short", brief);
        criteria.put("sign-off line", signOff);
        criteria.put("nothing else", nothingElse);
        criteria.put("whole style right", greeting && three && brief && signOff && nothingElse);
        return criteria;
    }
}
