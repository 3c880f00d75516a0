package dev.lorikeet.cli.demo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoTasksTest {

    @Test
    void theExamplesAreTheSameEveryTime() {
        for (int i = 0; i < DemoTasks.all().size(); i++) {
            DemoTask once = DemoTasks.all().get(i);
            DemoTask again = DemoTasks.all().get(i);
            assertThat(once.training()).isEqualTo(again.training());
            assertThat(once.heldOut()).isEqualTo(again.heldOut());
        }
        assertThat(new SupportTriage(1, 50, 10).training()).isNotEqualTo(new SupportTriage(2, 50, 10).training());
    }

    @Test
    void nothingHeldOutIsTrainedOn() {
        for (DemoTask task : DemoTasks.all()) {
            Set<String> trained = new HashSet<>();
            task.training().forEach(example -> trained.add(example.user()));

            assertThat(task.training()).hasSizeBetween(100, 300);
            assertThat(trained).hasSameSizeAs(task.training());
            assertThat(task.heldOut()).hasSizeBetween(20, 40);
            assertThat(task.heldOut()).noneMatch(example -> trained.contains(example.user()));
        }
    }

    @Test
    void globexIsJudgedOnTopicsThatItNeverSaw() {
        HouseStyle task = new HouseStyle(3, 240, 60);

        for (TravelTopics.Topic topic : TravelTopics.HELD_OUT) {
            assertThat(task.training()).noneMatch(example -> example.user().contains(topic.name()));
        }
    }

    @Test
    void theReferenceAnswersMeetEveryCriterion() {
        for (DemoTask task : DemoTasks.all()) {
            for (List<DemoExample> examples : List.of(task.training(), task.heldOut())) {
                assertThat(examples)
                        .allSatisfy(example -> assertThat(task.judge(example, example.answer()))
                                .doesNotContainValue(false));
            }
        }
    }

    @Test
    void aDatasetIsOneChatALine() throws Exception {
        List<DemoExample> examples = DemoTasks.all().getLast().training();

        List<String> lines = new String(DemoTasks.jsonl(examples), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(lines).hasSameSizeAs(examples);
        JsonNode messages = new ObjectMapper().readTree(lines.getFirst()).get("messages");
        assertThat(messages).extracting(m -> m.get("role").asText()).containsExactly("system", "user", "assistant");
        assertThat(messages.get(2).get("content").asText())
                .isEqualTo(examples.getFirst().answer());
    }

    @Test
    void examplesAreShortEnoughForTheDemo() {
        for (DemoTask task : DemoTasks.all()) {
            // English runs at four characters a token or so: below 160 tokens with the template's own.
            assertThat(task.training())
                    .allMatch(example -> example.system().length()
                                    + example.user().length()
                                    + example.answer().length()
                            < 560);
        }
    }

    @Test
    void triageCountsEachFieldByItself() {
        SupportTriage task = new SupportTriage(1, 10, 5);
        DemoExample example = new DemoExample(
                "",
                "",
                "{\"category\": \"billing\", \"priority\": \"low\", \"product\": \"Breeze fan\", \"sentiment\": \"neutral\"}");

        assertThat(
                        task.judge(
                                example,
                                " {\"sentiment\":\"neutral\",\"category\":\"billing\",\"product\":\"Breeze fan\",\"priority\":\"high\"}\n"))
                .containsEntry("valid JSON object", true)
                .containsEntry("exactly the four keys", true)
                .containsEntry("category right", true)
                .containsEntry("priority right", false)
                .containsEntry("product right", true)
                .containsEntry("everything right", false);
    }

    @Test
    void triageWantsNothingAroundTheJson() {
        SupportTriage task = new SupportTriage(1, 10, 5);
        DemoExample example = task.heldOut().getFirst();

        for (String wrong : List.of(
                "Sure! " + example.answer(),
                example.answer() + " Hope this helps",
                "```json\n" + example.answer() + "\n```",
                "[" + example.answer() + "]",
                "")) {
            assertThat(task.judge(example, wrong)).as(wrong).doesNotContainValue(true);
        }
        assertThat(task.judge(example, example.answer().replace("}", ", \"extra\": 1}")))
                .containsEntry("valid JSON object", true)
                .containsEntry("exactly the four keys", false)
                .containsEntry("category right", true)
                .containsEntry("everything right", false);
    }

    @Test
    void houseStyleChecksEveryRule() {
        HouseStyle task = new HouseStyle(1, 10, 5);
        DemoExample example = task.heldOut().getFirst();
        String right = "Hello from Globex!\n- One.\n- Two.\n- Three.\nSafe travels, your Globex team";

        assertThat(task.judge(example, "\n" + right + "\n")).containsEntry("whole style right", true);
        assertThat(task.judge(example, right.replace("Hello", "Hi")))
                .containsEntry("greeting line", false)
                .containsEntry("nothing else", false)
                .containsEntry("whole style right", false);
        assertThat(task.judge(example, right.replace("- Two.\n", "")))
                .containsEntry("exactly three bullets", false)
                .containsEntry("whole style right", false);
        assertThat(task.judge(example, right.replace("Two.", "a b c d e f g h i j k l m")))
                .containsEntry("bullets short", false)
                .containsEntry("whole style right", false);
        assertThat(task.judge(example, right + "\nBye"))
                .containsEntry("sign-off line", false)
                .containsEntry("whole style right", false);
        assertThat(task.judge(example, right.replace("- Two.\n", "- Two.\nBy the way:\n")))
                .containsEntry("nothing else", false)
                .containsEntry("whole style right", false);
        assertThat(task.judge(example, "   ")).doesNotContainValue(true);
    }

    @Test
    void aScoreCountsCriteriaAndSuccess() {
        HouseStyle task = new HouseStyle(1, 10, 2);
        List<DemoExample> asked = task.heldOut();

        Score score = Score.of(task, asked, List.of(asked.getFirst().answer(), "Hello from Globex!"));

        assertThat(score.answers()).isEqualTo(2);
        assertThat(score.met()).containsEntry("greeting line", 2).containsEntry("whole style right", 1);
        assertThat(score.success()).isEqualTo(1);
        assertThatThrownBy(() -> Score.of(task, asked, List.of("one")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 examples, 1 answers");
    }

    @Test
    void clearlyBetterNeedsHalfOfTheCasesAndADistance() {
        assertThat(score(16).clearlyBeats(score(0))).isTrue();
        assertThat(score(15).clearlyBeats(score(0))).isFalse();
        assertThat(score(25).clearlyBeats(score(16))).isFalse();
        assertThat(score(26).clearlyBeats(score(16))).isTrue();
    }

    private static Score score(int success) {
        return new Score(32, Map.of("all", success), success);
    }
}
