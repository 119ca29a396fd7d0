package dev.espalier.report.html;

import static j2html.TagCreator.dd;
import static j2html.TagCreator.div;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.dt;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.li;
import static j2html.TagCreator.section;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;
import static j2html.TagCreator.ul;

import dev.espalier.report.Table;
import j2html.TagCreator;
import j2html.tags.DomContent;
import j2html.tags.specialized.SectionTag;
import java.util.List;
import java.util.Map;

/** What pages are made of. All texts are escaped. */
final class Elements {
  /** No number is as long. */
  private static final int LONG = 16;

  private Elements() {}

  static SectionTag part(String heading, DomContent... content) {
    return section(h2(heading)).with(content);
  }

  /** Wider tables than the screen scroll by themselves. */
  static DomContent table(Table table) {
    return div(TagCreator.table(
            thead(
                tr(
                    each(
                        table.header(),
                        head -> th(head).withCondClass(head.length() > LONG, "long")))),
            tbody(each(table.rows(), row -> tr(each(row, Elements::cell))))))
        .withClass("scroll")
        .attr("tabindex", "0");
  }

  /** What is long may wrap where the screen is narrow, a number never. */
  private static DomContent cell(String text) {
    return td(text).withCondClass(text.length() > LONG, "long");
  }

  static DomContent facts(Map<String, String> facts) {
    return dl(each(facts, fact -> TagCreator.join(dt(fact.getKey()), dd(fact.getValue()))));
  }

  static DomContent sentences(List<String> sentences) {
    return ul(each(sentences, sentence -> li(sentence)));
  }
}
