package dev.espalier.report.html;

import static dev.espalier.report.html.Elements.facts;
import static dev.espalier.report.html.Elements.part;
import static j2html.TagCreator.body;
import static j2html.TagCreator.document;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.head;
import static j2html.TagCreator.html;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.title;

import dev.espalier.kernels.Kernels;
import dev.espalier.report.Origin;
import dev.espalier.report.Versions;
import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A whole document, its style sheet inside. */
final class Page {
  private static final String STYLE = style();

  private Page() {}

  /**
   * The document in UTF-8.
   *
   * @param origin where its content comes from
   */
  static byte[] of(String heading, Origin origin, DomContent... sections) {
    return document(
            html(
                    head(
                        meta().withCharset("utf-8"),
                        meta()
                            .withName("viewport")
                            .withContent("width=device-width, initial-scale=1"),
                        title(heading + " · Espalier"),
                        j2html.TagCreator.style(rawHtml(STYLE))),
                    body(
                        main(h1(heading)).with(sections).with(madeBy(origin)),
                        footer("Espalier " + Kernels.version())))
                .withLang("en"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static DomContent madeBy(Origin origin) {
    Map<String, String> facts = new LinkedHashMap<>();
    origin.command().ifPresent(command -> facts.put("Command", command));
    facts.put("Begun", origin.date());
    origin.hub().ifPresent(model -> facts.put("Model on the Hub", model.describe()));
    facts.put("With", Versions.current().describe());
    return part("How it was made", facts(facts));
  }

  private static String style() {
    try (InputStream css = Page.class.getResourceAsStream("page.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
