package dev.lorikeet.registry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads whole listings, page by page. */
public final class Listing {
    private static final int PAGE = 1000;

    private Listing() {}

    /** All keys below a prefix, in order. */
    public static List<String> all(ObjectStore store, String prefix) {
        List<String> keys = new ArrayList<>();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            ObjectStore.Page page = store.list(prefix, after.get(), PAGE);
            keys.addAll(page.entries());
            after = page.next();
        }
        return keys;
    }
}
