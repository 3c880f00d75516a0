package dev.lorikeet.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columnsAreAsWideAsTheyNeed() {
        Table table = new Table("NAME", "N").row("a", "1").row("longer", "22");

        assertThat(table.lines()).containsExactly("NAME    N", "a       1", "longer  22");
    }

    @Test
    void controlCharactersBecomeBlanks() {
        assertThat(new Table("A").row("x\u001b[31m\ny").lines().getLast()).isEqualTo("x [31m y");
    }

    @Test
    void aRowOfAnotherWidthIsABug() {
        assertThatThrownBy(() -> new Table("A", "B").row("1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 cells for 2 columns");
    }
}
