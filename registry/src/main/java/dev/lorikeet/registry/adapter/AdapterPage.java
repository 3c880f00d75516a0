package dev.lorikeet.registry.adapter;

import dev.lorikeet.registry.store.Invalid;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A tenant's adapters that have a version.
 *
 * @param adapters in order of the store's keys
 * @param nextPageToken for the next page; empty on the last
 */
public record AdapterPage(List<AdapterState> adapters, String nextPageToken) {
    /** Copies the list. */
    public AdapterPage {
        adapters = List.copyOf(adapters);
    }

    /** Reads folders until the page is full; a folder without a version is none. */
    static AdapterPage read(
            ObjectStore store, TenantId tenant, int size, String token, Function<AdapterName, AdapterState> state) {
        String prefix = AdapterKeys.adaptersOf(tenant);
        List<AdapterState> found = new ArrayList<>();
        String after = token.isEmpty() ? "" : prefix + checkedToken(token) + "/";
        while (true) {
            ObjectStore.Page page = store.folders(prefix, after, Math.max(1, size - found.size()));
            for (String folder : page.entries()) {
                AdapterState adapter = state.apply(new AdapterName(nameOf(prefix, folder)));
                if (!adapter.deleted()) {
                    found.add(adapter);
                }
            }
            if (page.next().isEmpty()) {
                return new AdapterPage(found, "");
            }
            after = page.next().get();
            if (found.size() >= size) {
                return new AdapterPage(found, nameOf(prefix, after));
            }
        }
    }

    private static String nameOf(String prefix, String folder) {
        return folder.substring(prefix.length(), folder.length() - 1);
    }

    private static String checkedToken(String token) {
        try {
            return new AdapterName(token).value();
        } catch (InvalidName e) {
            throw new Invalid("The page token is not one that was given out");
        }
    }
}
