package dev.lorikeet.cli.experiment.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the field
class CorpusTest {

    @TempDir
    private Path folder;

    @Test
    void linesOfOneMeaningAreItsReferences() throws IOException {
        Path file = Files.writeString(folder.resolve("e2e.txt"), """
                name : A | area : riverside||A is by the river .
                name : B | near : A||B is near A .

                name : A | area : riverside||By the river is A .
                """);

        List<Meaning> meanings = E2eFile.read(List.of(file));

        assertThat(meanings).hasSize(2);
        assertThat(meanings.getFirst().references()).containsExactly("A is by the river .", "By the river is A .");
        assertThat(meanings.getLast().slots()).containsEntry("name", "B").containsEntry("near", "A");
    }

    @Test
    void aLineOfAnotherFormIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.txt"), "name : A||A .\nno reference here\n");
        assertThatThrownBy(() -> E2eFile.read(List.of(file)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("bad.txt, line 2");

        Path nameless = Files.writeString(folder.resolve("nameless.txt"), "just words||A .\n");
        assertThatThrownBy(() -> E2eFile.read(List.of(nameless))).hasMessageContaining("line 1: 'just words'");
    }

    @Test
    void noMeaningIsInTwoPartsAndTheSeedDecidesWhichIsWhere() {
        List<Meaning> meanings = MadeTask.RESTAURANTS.meanings(1, 60);

        Corpus corpus = Corpus.split("made", meanings, 1, 10);

        List<Meaning> all = new ArrayList<>(corpus.training());
        all.addAll(corpus.validation());
        all.addAll(corpus.test());
        assertThat(all).hasSize(60).doesNotHaveDuplicates();
        assertThat(corpus.test()).hasSize(10);
        assertThat(corpus.validation()).hasSize(5);
        assertThat(corpus.digest())
                .isEqualTo(Corpus.split("made", meanings, 1, 10).digest());
        assertThat(corpus.digest())
                .isNotEqualTo(Corpus.split("made", meanings, 2, 10).digest());
        assertThatThrownBy(() -> Corpus.split("made", meanings, 1, 40)).hasMessageContaining("too few");
    }

    @Test
    void theMadeTasksAreTheirSeedsAndShareNoValueOfAName() {
        assertThat(MadeTask.HOTELS.meanings(3, 40)).isEqualTo(MadeTask.HOTELS.meanings(3, 40));
        assertThat(MadeTask.HOTELS.meanings(3, 40)).isNotEqualTo(MadeTask.HOTELS.meanings(4, 40));
        Set<String> names = new HashSet<>(MadeTask.HOTELS.names());
        names.addAll(MadeTask.SIGHTS.names());
        assertThat(names).doesNotContainAnyElementsOf(MadeTask.RESTAURANTS.names());
    }

    @Test
    void aMadeReferenceSaysWhatItsMeaningAsks() {
        List<Meaning> meanings = MadeTask.RESTAURANTS.meanings(5, 50);
        List<String> answers =
                meanings.stream().map(meaning -> meaning.references().getLast()).toList();

        assertThat(SlotScore.of(answers, meanings)).isEqualTo(100);
    }
}
