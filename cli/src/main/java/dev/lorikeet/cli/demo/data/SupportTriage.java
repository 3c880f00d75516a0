package dev.lorikeet.cli.demo.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Acme's task: a support mail becomes one line of JSON with four fixed keys.
 *
 * <p>A mail is drawn from pools of phrases, each of which decides one field. The last phrases of every pool are kept
 * from training, so that held-out mails hold wordings and products that the adapter has never seen.
 */
public final class SupportTriage implements DemoTask {

    private static final String SYSTEM =
            "Triage the support mail. Answer only with JSON with the keys category (billing,"
                    + " delivery, defect, account), priority (low, normal, high), product, sentiment (negative, neutral,"
                    + " positive).";

    private static final List<String> KEYS = List.of("category", "priority", "product", "sentiment");

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Phrases that decide a field's value. The last {@code unseen} are for held-out mails only. */
    private record Pool(String value, int unseen, List<String> phrases) {

        String draw(Random random, boolean heldOut) {
            return phrases.get(random.nextInt(heldOut ? phrases.size() : phrases.size() - unseen));
        }
    }

    private static final Pool PRODUCTS = new Pool(
            "",
            3,
            List.of(
                    "Nimbus kettle",
                    "Orbit desk lamp",
                    "Falcon backpack",
                    "Terra blender",
                    "Pixel photo frame",
                    "Breeze fan",
                    "Summit tent",
                    "Echo speaker",
                    "Maple cutting board",
                    "Polar cooler",
                    "Quartz wall clock",
                    "Drift bike pump",
                    "Lumen torch",
                    "Harbor raincoat",
                    "Cedar bookshelf",
                    "Comet headphones",
                    "Willow armchair"));

    private static final List<Pool> CATEGORIES = List.of(
            new Pool(
                    "billing",
                    2,
                    List.of(
                            "I was charged twice for the %s.",
                            "The invoice for my %s shows the wrong amount.",
                            "My card was billed for a %s that I cancelled.",
                            "The refund for the %s has not reached my bank account.",
                            "The discount code did not come off the price of the %s.",
                            "I need a receipt with VAT for the %s.",
                            "You took too much money from my card for the %s.",
                            "The payment for the %s appears two times on my statement.")),
            new Pool(
                    "delivery",
                    2,
                    List.of(
                            "My %s has not arrived yet.",
                            "The tracking for the %s has not moved for days.",
                            "The courier left my %s at the wrong address.",
                            "The parcel with the %s came to my neighbour instead.",
                            "When will the %s that I ordered be shipped?",
                            "The %s was due on Monday, but no parcel came.",
                            "I am still waiting for the parcel with my %s.",
                            "The driver never rang, and the %s went back to the depot.")),
            new Pool(
                    "defect",
                    2,
                    List.of(
                            "The %s stopped working after two days.",
                            "My new %s has a crack on one side.",
                            "The %s makes a strange noise and then fails.",
                            "A part of the %s broke off when I used it.",
                            "The %s does not work as it should.",
                            "There is a fault in the %s that I bought.",
                            "The %s arrived with a broken part and is unusable.",
                            "The %s fell apart in my hands.")),
            new Pool(
                    "account",
                    2,
                    List.of(
                            "I cannot log in to register my %s.",
                            "I forgot the password of the account that I used to buy the %s.",
                            "Please change the email address in my profile; I own the %s.",
                            "My login is locked, so I cannot see the order of the %s.",
                            "How do I delete my user account? I only bought the %s.",
                            "The reset link for my account does not work; I wanted to review the %s.",
                            "I cannot sign in any more to look at my %s order.",
                            "Please add my wife's email to the profile under which we bought the %s.")));

    private static final List<Pool> PRIORITIES = List.of(
            new Pool(
                    "low",
                    1,
                    List.of(
                            "There is no hurry.",
                            "It can wait, whenever you have time.",
                            "No rush at all.",
                            "Take your time with this.",
                            "Answer whenever it suits you, it is not pressing.")),
            new Pool(
                    "normal",
                    1,
                    List.of(
                            "Please reply this week.",
                            "Please let me know in the next few days.",
                            "I would like an answer within a few days.",
                            "Could you look into it this week?",
                            "An answer by the end of the week would do.")),
            new Pool(
                    "high",
                    1,
                    List.of(
                            "This is urgent, I need help today.",
                            "Please answer at once.",
                            "I need this solved right now.",
                            "It is an emergency, please act immediately.",
                            "This must be fixed today, it is very urgent.")));

    private static final List<Pool> SENTIMENTS = List.of(
            new Pool(
                    "negative",
                    1,
                    List.of(
                            "I am really disappointed.",
                            "This is a terrible experience.",
                            "I am very angry about this.",
                            "Your service is awful.",
                            "I have never been so annoyed with a shop.")),
            new Pool(
                    "neutral",
                    1,
                    List.of(
                            "My order number is %d.",
                            "The order number is %d.",
                            "For reference, it is order %d.",
                            "Order %d, bought online.",
                            "You will find it under order %d.")),
            new Pool(
                    "positive",
                    1,
                    List.of(
                            "Apart from that I love your shop!",
                            "Thank you, your team is always wonderful!",
                            "You have been great so far, thanks!",
                            "I am still a very happy customer!",
                            "Otherwise I am delighted with everything!")));

    private static final List<String> GREETINGS =
            List.of("Hi,", "Hello,", "Hello team,", "Good morning,", "Dear Acme,", "Hi there,");

    private static final List<String> NAMES =
            List.of("Anna", "Ben", "Carla", "David", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Lena");

    private final Plan plan;

    /**
     * Draws the examples.
     *
     * @param seed decides them all
     * @param trainingSize how many to train on
     * @param heldOutSize how many to judge by
     */
    public SupportTriage(long seed, int trainingSize, int heldOutSize) {
        Random random = new Random(seed);
        Set<DemoExample> drawn = new LinkedHashSet<>();
        while (drawn.size() < trainingSize) {
            drawn.add(draw(random, false));
        }
        List<DemoExample> training = List.copyOf(drawn);
        while (drawn.size() < trainingSize + heldOutSize) {
            drawn.add(draw(random, true));
        }
        plan = new Plan(
                "acme",
                "support-triage",
                "support mail to JSON triage",
                new Recipe(8, 64, 4, 1e-3),
                training,
                new ArrayList<>(drawn).subList(trainingSize, trainingSize + heldOutSize));
    }

    private static DemoExample draw(Random random, boolean heldOut) {
        Pool category = CATEGORIES.get(random.nextInt(CATEGORIES.size()));
        Pool priority = PRIORITIES.get(random.nextInt(PRIORITIES.size()));
        Pool sentiment = SENTIMENTS.get(random.nextInt(SENTIMENTS.size()));
        String product = PRODUCTS.draw(random, heldOut);
        String issue = category.draw(random, heldOut).formatted(product);
        String haste = priority.draw(random, heldOut);
        String mood = sentiment.draw(random, heldOut).formatted(10_000 + random.nextInt(90_000));
        boolean moodFirst = random.nextBoolean();
        String mail = GREETINGS.get(random.nextInt(GREETINGS.size())) + " " + issue + " "
                + (moodFirst ? mood + " " + haste : haste + " " + mood) + " "
                + NAMES.get(random.nextInt(NAMES.size()));
        return new DemoExample(SYSTEM, mail, answer(category.value(), priority.value(), product, sentiment.value()));
    }

    private static String answer(String category, String priority, String product, String sentiment) {
        return "{\"category\": \"%s\", \"priority\": \"%s\", \"product\": \"%s\", \"sentiment\": \"%s\"}"
                .formatted(category, priority, product, sentiment);
    }

    @Override
    public Plan plan() {
        return plan;
    }

    /** The whole answer must be the JSON document: text around it makes it invalid, as a program would see it. */
    @Override
    public Map<String, Boolean> judge(DemoExample example, String answer) {
        JsonNode expected = parse(example.answer());
        JsonNode actual = parse(answer);
        if (expected == null) {
            throw new IllegalStateException("a demo example without JSON: " + example.answer());
        }
        Map<String, Boolean> criteria = new LinkedHashMap<>();
        criteria.put("valid JSON object", actual != null);
        boolean keys =
                actual != null && actual.size() == KEYS.size() && KEYS.stream().allMatch(actual::has);
        criteria.put("exactly the four keys", keys);
        for (String key : KEYS) {
            criteria.put(key + " right", actual != null && expected.get(key).equals(actual.get(key)));
        }
        criteria.put("everything right", keys && expected.equals(actual));
        return criteria;
    }

    private static @Nullable JsonNode parse(String text) {
        try {
            JsonNode node = JSON.readTree(text.strip());
            return node.isObject() ? node : null;
        } catch (JsonProcessingException invalid) {
            return null;
        }
    }
}
