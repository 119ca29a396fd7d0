package dev.espalier.pruning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MethodCatalogueTest {
  @Test
  void everyMethodIsFoundAndMakesItself() {
    List<MethodKind> all = MethodCatalogue.all();
    assertEquals(all.size(), new HashSet<>(all.stream().map(MethodKind::name).toList()).size());
    for (MethodKind kind : all) {
      assertEquals(Optional.of(kind), MethodCatalogue.named(kind.name()));
      assertEquals(kind.name(), kind.make().name());
      kind.published()
          .ifPresent(name -> assertEquals(Optional.of(kind), MethodCatalogue.published(name)));
    }
    assertTrue(all.contains(MethodCatalogue.DEFAULT));
    assertEquals(new WandaPruning(), MethodCatalogue.DEFAULT.make());
    assertEquals(Optional.empty(), MethodCatalogue.named("wander"));
    assertEquals(Optional.empty(), MethodCatalogue.published("wanda-variant"));
  }
}
