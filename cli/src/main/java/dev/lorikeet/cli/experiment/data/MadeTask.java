package dev.lorikeet.cli.experiment.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Data-to-text in E2E's manner, made from a seed: places with a name and some of seven other properties, each said in
 * several ways. Three domains with other names, values and wordings: one to adapt to, two that a small model may learn
 * before.
 *
 * @param name the domain
 * @param names of its places
 * @param slots their other properties, the first of which every meaning has
 */
public record MadeTask(String name, List<String> names, List<Slot> slots) {
    /** Places to eat: what adapters learn. */
    public static final MadeTask RESTAURANTS = new MadeTask(
            "restaurants",
            List.of(
                    "Amber Fork",
                    "Blue Lantern",
                    "The Copper Pot",
                    "Dill and Thyme",
                    "Eleven Olives",
                    "The Fennel Room",
                    "Green Ladle",
                    "Harbour Table",
                    "The Ivory Spoon",
                    "Juniper House",
                    "The Old Kiln",
                    "Laurel Court"),
            List.of(
                    new Slot(
                            "eatType",
                            List.of("pub", "coffee shop", "restaurant", "bistro"),
                            List.of(
                                    "{name} is a {v}",
                                    "there is a {v} called {name}",
                                    "{name} , a {v} , is worth a visit")),
                    new Slot(
                            "food",
                            List.of("Italian", "French", "Indian", "Japanese", "English", "Fast food"),
                            List.of("it serves {v} food", "{v} dishes are on the menu", "you can eat {v} food there")),
                    new Slot(
                            "priceRange",
                            List.of("cheap", "moderate", "high", "less than 20 pounds"),
                            List.of("the price range is {v}", "its prices are {v}")),
                    new Slot(
                            "customer rating",
                            List.of("low", "average", "3 out of 5", "5 out of 5"),
                            List.of("customers rate it {v}", "it has a customer rating of {v}")),
                    new Slot(
                            "area",
                            List.of("riverside", "city centre"),
                            List.of("it is located in the {v} area", "you find it in the {v}")),
                    new Slot(
                            "familyFriendly", List.of("yes", "no"), List.of("children : {v}", "family friendly : {v}")),
                    new Slot(
                            "near",
                            List.of("Crown Plaza", "Burger Queen", "the Rainbow Cafe", "All Bar Two"),
                            List.of("it is near {v}", "it lies close to {v}"))));
    /** Places to stay: for a small model's beginnings. */
    public static final MadeTask HOTELS = new MadeTask(
            "hotels",
            List.of(
                    "Seaview Lodge",
                    "The Grand Meridian",
                    "Willow Rest",
                    "Hotel Astoria",
                    "The Pine Cabin",
                    "Moorland Inn",
                    "Number Nine",
                    "Castle Keep",
                    "The Weary Traveller",
                    "Station House",
                    "Cloud Rooms",
                    "The Salt Barn"),
            List.of(
                    new Slot(
                            "kind",
                            List.of("hotel", "hostel", "guest house", "campsite"),
                            List.of("{name} is a {v}", "we stayed in a {v} named {name}")),
                    new Slot(
                            "rooms",
                            List.of("12", "25", "40", "110"),
                            List.of("it offers {v} rooms", "there are {v} rooms")),
                    new Slot(
                            "breakfast",
                            List.of("included", "extra", "not available"),
                            List.of("breakfast is {v}", "the breakfast : {v}")),
                    new Slot(
                            "stars",
                            List.of("one", "two", "three", "four"),
                            List.of("it has {v} stars", "guests give it {v} stars")),
                    new Slot(
                            "view",
                            List.of("sea", "mountains", "old town", "garden"),
                            List.of("the windows look on the {v}", "it has a view of the {v}")),
                    new Slot("pets", List.of("yes", "no"), List.of("pets : {v}", "pets allowed : {v}")),
                    new Slot(
                            "station",
                            List.of("Kingsgate", "Milltown", "East Pier", "Larkfield"),
                            List.of("the nearest station is {v}", "take the train to {v}"))));
    /** Things to see: for a small model's beginnings. */
    public static final MadeTask SIGHTS = new MadeTask(
            "sights",
            List.of(
                    "Glass Tower",
                    "The Silent Mill",
                    "Fox Bridge",
                    "Museum of Clocks",
                    "The Long Gallery",
                    "Owl Garden",
                    "Saint Maren Church",
                    "The Tin Mine",
                    "Lower Falls",
                    "Dragon Steps",
                    "The Wool Hall",
                    "Maple Arboretum"),
            List.of(
                    new Slot(
                            "kind",
                            List.of("museum", "monument", "park", "church"),
                            List.of("{name} is a {v}", "{name} is known as a {v} of some fame")),
                    new Slot(
                            "built",
                            List.of("1640", "1725", "1888", "1931"),
                            List.of("it was built in {v}", "its story begins in {v}")),
                    new Slot(
                            "entry",
                            List.of("free", "5 pounds", "12 pounds"),
                            List.of("entry is {v}", "a ticket : {v}")),
                    new Slot(
                            "opens",
                            List.of("daily", "weekends only", "in summer"),
                            List.of("it is open {v}", "opening times : {v}")),
                    new Slot("guide", List.of("yes", "no"), List.of("guided tours : {v}", "guides : {v}")),
                    new Slot(
                            "side",
                            List.of("north bank", "south bank", "market square"),
                            List.of("it stands on the {v}", "look for it at the {v}")),
                    new Slot(
                            "next to",
                            List.of("Kingsgate", "the Town Hall", "Fishers Lane"),
                            List.of("it is next to {v}", "beside it is {v}"))));

    private static final int REFERENCES = 3;
    private static final int FEWEST = 2;

    /** Copies. */
    public MadeTask {
        names = List.copyOf(names);
        slots = List.copyOf(slots);
    }

    /**
     * A property.
     *
     * @param name as meanings call it
     * @param values all that it may be
     * @param wordings how it is said, {@code {v}} for the value
     */
    public record Slot(String name, List<String> values, List<String> wordings) {
        /** Copies. */
        public Slot {
            values = List.copyOf(values);
            wordings = List.copyOf(wordings);
        }
    }

    /**
     * Different meanings, each with three references.
     *
     * @param count at most some thousands
     */
    public List<Meaning> meanings(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Map<String, String>, Meaning> made = new LinkedHashMap<>();
        while (made.size() < count) {
            Map<String, String> values = new LinkedHashMap<>();
            values.put("name", one(names, random));
            Set<Integer> chosen = new LinkedHashSet<>(List.of(0));
            int wanted = FEWEST + random.nextInt(slots.size() - FEWEST + 1);
            while (chosen.size() < wanted) {
                chosen.add(random.nextInt(slots.size()));
            }
            List<Slot> said = chosen.stream().sorted().map(slots::get).toList();
            said.forEach(slot -> values.put(slot.name(), one(slot.values(), random)));
            if (!made.containsKey(values)) {
                Set<String> references = new LinkedHashSet<>();
                for (int i = 0; i < REFERENCES; i++) {
                    references.add(say(said, values, random));
                }
                made.put(values, Meaning.of(values, List.copyOf(references)));
            }
        }
        return List.copyOf(made.values());
    }

    private static String say(List<Slot> said, Map<String, String> values, SplittableRandom random) {
        List<String> parts = new ArrayList<>();
        for (Slot slot : said) {
            parts.add(one(slot.wordings(), random)
                    .replace("{v}", values.getOrDefault(slot.name(), ""))
                    .replace("{name}", values.getOrDefault("name", "")));
        }
        return String.join(random.nextBoolean() ? " , and " : " . ", parts) + " .";
    }

    private static <T> T one(List<T> choices, SplittableRandom random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
