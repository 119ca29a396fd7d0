package dev.espalier;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.annotation.Platform;

/** One direction of dependency, top to bottom; nothing looks up. */
@AnalyzeClasses(packages = "dev.espalier", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
  /**
   * ArchUnit's own option knows only {@code target/test-classes}, and a profile may have another.
   */
  static final class NoTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/");
    }
  }

  /** Top to bottom; the root package, the words that all of them share, is below them all. */
  private static final List<String> ROOMS =
      List.of(
          "cli",
          "job",
          "search",
          "run",
          "report",
          "evaluation",
          "pruning",
          "allocation",
          "measurement",
          "statistics",
          "forward",
          "model",
          "text",
          "checkpoint",
          "hub",
          "device",
          "files",
          "kernels");

  @ArchTest static final ArchRule DEPENDENCIES_POINT_DOWN = dependenciesPointDown();

  @ArchTest
  static final ArchRule EVERY_CLASS_IS_IN_A_ROOM =
      classes()
          .should()
          .resideInAnyPackage(
              Stream.concat(
                      Stream.of("dev.espalier"),
                      ROOMS.stream().map(room -> "dev.espalier." + room + ".."))
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule THE_ROOT_LOOKS_INTO_NO_ROOM =
      noClasses()
          .that()
          .resideInAPackage("dev.espalier")
          .should()
          .dependOnClassesThat(resideInAPackage("dev.espalier.*.."));

  @ArchTest
  static final ArchRule ONLY_KERNELS_SEE_THE_NATIVE_LIBRARY =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.espalier.kernels..")
          .should()
          .dependOnClassesThat(resideInAPackage("dev.espalier.kernels.internal.."));

  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS_AND_EXITS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.espalier.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  /** Who depends on the library does not get them. */
  @ArchTest
  static final ArchRule ONLY_THE_COMMAND_LINE_SEES_ITS_LIBRARIES =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.espalier.cli..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.apache.commons.cli..", "me.tongfei..", "org.slf4j.."));

  @ArchTest
  static final ArchRule ONLY_KERNELS_BIND_NATIVES =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.espalier.kernels.internal..")
          .should()
          .beAnnotatedWith(Platform.class);

  @ArchTest
  static final ArchRule PAGES_SHOW_PLOTS_OF_FACTS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("facts")
          .definedBy("dev.espalier.report")
          .layer("plots")
          .definedBy("dev.espalier.report.plot..")
          .layer("pages")
          .definedBy("dev.espalier.report.html..")
          .whereLayer("pages")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("plots")
          .mayOnlyBeAccessedByLayers("pages");

  @ArchTest
  static final ArchRule ONLY_PLOTS_DRAW =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.espalier.report.plot..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("java.awt..", "org.knowm.xchart.."));

  @ArchTest
  static final ArchRule A_DESCRIPTION_IS_DATA =
      classes()
          .that()
          .resideInAPackage("dev.espalier.model.description")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage("java..", "dev.espalier", "dev.espalier.model.description"));

  @ArchTest
  static final ArchRule LAYERS_AND_FAMILIES_MEET_IN_DESCRIPTIONS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("model")
          .definedBy("dev.espalier.model")
          .layer("families")
          .definedBy("dev.espalier.model.family")
          .layer("layers")
          .definedBy("dev.espalier.model.layer")
          .whereLayer("model")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("families")
          .mayOnlyBeAccessedByLayers("model")
          .whereLayer("layers")
          .mayOnlyBeAccessedByLayers("model");

  private static ArchRule dependenciesPointDown() {
    LayeredArchitecture architecture = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String layer : ROOMS) {
      architecture = architecture.layer(layer).definedBy("dev.espalier." + layer + "..");
    }
    for (int i = 0; i < ROOMS.size(); i++) {
      String layer = ROOMS.get(i);
      architecture =
          i == 0
              ? architecture.whereLayer(layer).mayNotBeAccessedByAnyLayer()
              : architecture
                  .whereLayer(layer)
                  .mayOnlyBeAccessedByLayers(ROOMS.subList(0, i).toArray(String[]::new));
    }
    return architecture;
  }
}
