package dev.lorikeet.cli.demo.data;

import java.util.List;

/** What Globex's travellers ask about. */
final class TravelTopics {

    private TravelTopics() {}

    /**
     * Something to ask about.
     *
     * @param name as it stands in a question
     * @param tips at least three, in the words of the house
     */
    record Topic(String name, List<String> tips) {

        Topic {
            tips = List.copyOf(tips);
            if (tips.size() < 3) {
                throw new IllegalArgumentException(name + " needs three tips");
            }
        }
    }

    static final List<String> QUESTIONS = List.of(
            "Any advice on %s?",
            "What should I know about %s?",
            "Can you give me tips for %s?",
            "I need help with %s.",
            "Tell me something useful about %s.",
            "How do I go about %s?");

    static final List<Topic> TRAINING = List.of(
            new Topic(
                    "packing a small suitcase",
                    List.of(
                            "Roll your clothes instead of folding them.",
                            "Wear your heaviest shoes on the trip.",
                            "Choose colours that go well together.",
                            "Put socks inside your shoes.")),
            new Topic(
                    "sleeping on a night flight",
                    List.of(
                            "Pick a window seat to lean on.",
                            "Bring an eye mask and soft earplugs.",
                            "Skip coffee after the afternoon.",
                            "Keep a warm layer within reach.")),
            new Topic(
                    "getting over jet lag",
                    List.of(
                            "Set your watch to local time at once.",
                            "Walk outside in the morning light.",
                            "Eat meals at local hours.",
                            "Keep naps under half an hour.")),
            new Topic(
                    "eating well in a new city",
                    List.of(
                            "Ask a local where they have lunch.",
                            "Look for short menus in season.",
                            "Visit the market before noon.",
                            "Walk two streets away from the sights.")),
            new Topic(
                    "travelling with small children",
                    List.of(
                            "Plan one sight a day, not five.",
                            "Carry snacks and a change of clothes.",
                            "Let them pick one activity.",
                            "Take breaks in parks.")),
            new Topic(
                    "taking a dog on the train",
                    List.of(
                            "Check the rules of the railway first.",
                            "Walk the dog before you board.",
                            "Bring water and a folding bowl.",
                            "Choose a quiet coach.")),
            new Topic(
                    "saving money on museums",
                    List.of(
                            "Look for free evenings each month.",
                            "Buy a city pass if you see three.",
                            "Ask for student or senior prices.",
                            "Bring your own lunch.")),
            new Topic(
                    "learning a few local words",
                    List.of(
                            "Start with hello, please and thank you.",
                            "Write down how the words sound.",
                            "Practise with your waiter.",
                            "Smile when you get it wrong.")),
            new Topic(
                    "staying safe in a big city",
                    List.of(
                            "Keep your phone out of your back pocket.",
                            "Use lit and busy streets at night.",
                            "Save the number of your hotel.",
                            "Share your plans with a friend.")),
            new Topic(
                    "hiking in the mountains",
                    List.of(
                            "Start early and turn back in time.",
                            "Carry rain clothes on sunny days too.",
                            "Tell someone which path you take.",
                            "Drink water before you are thirsty.")),
            new Topic(
                    "renting a car abroad",
                    List.of(
                            "Photograph every scratch before you leave.",
                            "Check the fuel rule in the contract.",
                            "Ask about tolls on your route.",
                            "Read what the insurance leaves out.")),
            new Topic(
                    "taking good holiday photos",
                    List.of(
                            "Get up early for soft light.",
                            "Put people in front of the view.",
                            "Wipe the lens before you shoot.",
                            "Move closer instead of zooming.")),
            new Topic(
                    "spending a rainy day indoors",
                    List.of(
                            "Visit a covered market or museum.",
                            "Try a local cooking class.",
                            "Read the history of the town.",
                            "Watch a film in the local language.")),
            new Topic(
                    "keeping plants alive while away",
                    List.of(
                            "Water them well before you leave.",
                            "Move them out of direct sun.",
                            "Ask a neighbour to look in.",
                            "Group the pots so they stay humid.")),
            new Topic(
                    "choosing a good hostel",
                    List.of(
                            "Read the newest reviews first.",
                            "Look for lockers in the room.",
                            "Check how far the station is.",
                            "Ask whether breakfast is included.")),
            new Topic(
                    "visiting a desert",
                    List.of(
                            "Cover your head and neck.",
                            "Drink small amounts all day.",
                            "Rest in the shade at noon.",
                            "Bring a warm coat for the night.")),
            new Topic(
                    "planning a train journey",
                    List.of(
                            "Book early for the lowest fares.",
                            "Leave half an hour for each change.",
                            "Pick a seat on the scenic side.",
                            "Download your tickets.")),
            new Topic(
                    "swimming in the sea",
                    List.of(
                            "Ask about currents before you swim.",
                            "Swim along the shore, not out.",
                            "Stay near the guarded beach.",
                            "Rinse the salt off afterwards.")),
            new Topic(
                    "protecting your skin from the sun",
                    List.of(
                            "Use sun cream every two hours.",
                            "Wear a hat with a wide brim.",
                            "Stay inside around noon.",
                            "Remember your ears and feet.")),
            new Topic(
                    "going on a city bike tour",
                    List.of(
                            "Check brakes and bell first.",
                            "Follow the marked bike lanes.",
                            "Lock the frame, not just the wheel.",
                            "Carry a light rain jacket.")),
            new Topic(
                    "buying souvenirs",
                    List.of(
                            "Choose something made nearby.",
                            "Compare prices at two stalls.",
                            "Ask who made it.",
                            "Think about the weight of your bag.")),
            new Topic(
                    "camping in the forest",
                    List.of(
                            "Pitch the tent on flat, dry ground.",
                            "Hang your food away from animals.",
                            "Take all your litter home.",
                            "Check whether fires are allowed.")),
            new Topic(
                    "flying for the first time",
                    List.of(
                            "Arrive two hours before departure.",
                            "Keep liquids in a small clear bag.",
                            "Chew gum when your ears hurt.",
                            "Listen to the crew.")),
            new Topic(
                    "finding a quiet beach",
                    List.of(
                            "Walk ten minutes from the car park.",
                            "Go before nine in the morning.",
                            "Ask a fisherman for his favourite bay.",
                            "Avoid the first week of August.")),
            new Topic(
                    "working on the road",
                    List.of(
                            "Test the connection before you book.",
                            "Keep fixed hours for work.",
                            "Bring a long charging cable.",
                            "Use headphones in shared rooms.")),
            new Topic(
                    "handling a delayed flight",
                    List.of(
                            "Ask the desk about your rights.",
                            "Keep all your receipts.",
                            "Look for a later connection at once.",
                            "Stay near a screen.")),
            new Topic(
                    "visiting temples and churches",
                    List.of(
                            "Cover shoulders and knees.",
                            "Speak softly and switch off your phone.",
                            "Ask before you take photos.",
                            "Leave a small donation.")),
            new Topic(
                    "travelling alone",
                    List.of(
                            "Share your route with someone at home.",
                            "Eat at the bar to meet people.",
                            "Arrive in new places by daylight.",
                            "Trust your first feeling.")),
            new Topic(
                    "exploring a night market",
                    List.of(
                            "Come hungry and share small plates.",
                            "Follow the longest local queue.",
                            "Carry small coins.",
                            "Watch how your food is cooked.")),
            new Topic(
                    "staying fit on holiday",
                    List.of(
                            "Take the stairs in your hotel.",
                            "Swim or walk before breakfast.",
                            "Explore the town on foot.",
                            "Stretch after long rides.")),
            new Topic(
                    "crossing a border by bus",
                    List.of(
                            "Keep your passport in your hand luggage.",
                            "Check whether you need a visa.",
                            "Bring some local money for fees.",
                            "Note the time change.")),
            new Topic(
                    "a picnic in the park",
                    List.of(
                            "Buy bread and fruit at the market.",
                            "Bring a blanket and a sharp knife.",
                            "Choose a spot in half shade.",
                            "Take your rubbish with you.")),
            new Topic(
                    "whale watching",
                    List.of(
                            "Choose a boat that keeps its distance.",
                            "Dress warmer than on land.",
                            "Take something against seasickness.",
                            "Look for birds above the water.")),
            new Topic(
                    "driving in winter",
                    List.of(
                            "Fit winter tyres before the first snow.",
                            "Keep twice the usual distance.",
                            "Carry a blanket and a shovel.",
                            "Brake gently and early.")),
            new Topic(
                    "staying with a host family",
                    List.of(
                            "Bring a small gift from home.",
                            "Ask about the house rules early.",
                            "Help with the dishes.",
                            "Tell them when you will be late.")),
            new Topic(
                    "seeing the northern lights",
                    List.of(
                            "Go far from the lights of the town.",
                            "Wear several warm layers.",
                            "Check the forecast each evening.",
                            "Bring a tripod for photos.")),
            new Topic(
                    "tasting street food",
                    List.of(
                            "Choose stalls that cook in front of you.",
                            "Start with small portions.",
                            "Eat where families eat.",
                            "Wash your hands first.")),
            new Topic(
                    "keeping your documents safe",
                    List.of(
                            "Store copies in two places.",
                            "Leave the passport in the safe.",
                            "Carry only one bank card.",
                            "Note the numbers to block cards.")),
            new Topic(
                    "a day trip by boat",
                    List.of(
                            "Sit low and in the middle.",
                            "Bring sun cream and a windbreaker.",
                            "Keep your phone in a dry bag.",
                            "Check the time of the last boat.")),
            new Topic(
                    "visiting a national park",
                    List.of(
                            "Buy the ticket before you go.",
                            "Stay on the marked paths.",
                            "Watch animals from far away.",
                            "Fill your bottles at the entrance.")));

    static final List<Topic> HELD_OUT = List.of(
            new Topic(
                    "a weekend in Lisbon",
                    List.of(
                            "Ride the old tram early in the day.",
                            "Wear shoes with a good grip.",
                            "Taste a warm custard tart.")),
            new Topic(
                    "skiing for beginners",
                    List.of(
                            "Take a lesson on the first day.",
                            "Rent your boots a size that fits.",
                            "Stop before you are tired.")),
            new Topic(
                    "a long car ride",
                    List.of(
                            "Stop every two hours to stretch.",
                            "Prepare music and audio books.",
                            "Pack fruit instead of sweets.")),
            new Topic(
                    "choosing travel insurance",
                    List.of(
                            "Check that medical care is covered.",
                            "Read the limits for luggage.",
                            "Keep the hotline number at hand.")),
            new Topic(
                    "visiting a vineyard",
                    List.of("Book the tasting ahead.", "Eat something before you taste.", "Let someone else drive.")),
            new Topic(
                    "travelling with a baby",
                    List.of(
                            "Bring twice the nappies you expect.",
                            "Feed the baby at take-off.",
                            "Book a room with a cot.")),
            new Topic(
                    "diving in a coral reef",
                    List.of("Never touch the coral.", "Dive with a certified guide.", "Check your gear twice.")),
            new Topic(
                    "a trip to Iceland",
                    List.of("Bring a waterproof coat.", "Book rooms well ahead.", "Check the roads each morning.")),
            new Topic(
                    "tipping in restaurants",
                    List.of(
                            "Ask what is usual in the country.",
                            "Check whether service is included.",
                            "Leave cash on the table.")),
            new Topic(
                    "watching birds", List.of("Go out at sunrise.", "Wear calm colours.", "Carry light binoculars.")));
}
