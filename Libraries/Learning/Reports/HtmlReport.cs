using System.Net;
using System.Text;
using Learning.Plots;

namespace Learning.Reports;

internal static class HtmlReport
{
    // The pictures bring a style of their own, in the same colours.
    private const string Style = """
        :root{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--ink:#1c2530;--soft:#5b6875;--line:#e3e8ed;--good:#16794c;--bad:#b3261e;--care:#8a6500}
        @media(prefers-color-scheme:dark){:root{--page:#0d1116;--card:#14191f;--ink:#e6ebf0;--soft:#9aa7b4;--line:#2a333d;--good:#58c48d;--bad:#f28b82;--care:#d9b44a}}
        *{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
        main{max-width:1080px;margin:0 auto;padding:32px 20px 48px}h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}h2{font-size:15px;margin:0 0 10px}
        p{margin:4px 0 0}.soft{color:var(--soft)}section,.tile{background:var(--card);border:1px solid var(--line);border-radius:10px}section{padding:18px 20px;margin-top:16px;overflow-x:auto}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:20px}.tile{padding:14px 16px}.tile b{display:block;font-size:26px;font-weight:600;line-height:1.2;font-variant-numeric:tabular-nums}.tile span{font-size:13px;color:var(--soft)}
        .said{border-left:4px solid var(--soft)}.good{border-left-color:var(--good)}.bad{border-left-color:var(--bad)}.care{border-left-color:var(--care)}ul{margin:6px 0 0;padding-left:20px}li{overflow-wrap:anywhere}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:6px 12px 6px 0;border-top:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}thead th{border-top:0;color:var(--soft);font-weight:500;font-size:13px}
        tbody th{font-weight:500;min-width:110px}.numbers td,.numbers thead th+th{text-align:right;white-space:nowrap}.numbers td:last-child,.numbers th:last-child{padding-right:0}section>p.soft{font-size:13px;margin-top:8px}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px;margin-top:16px}figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:4px;text-align:center}figure svg{max-width:100%;height:auto}
        .pair{columns:2 400px;column-gap:16px;padding-top:16px}.pair section{margin:0 0 16px;break-inside:avoid}.pair th{color:var(--soft);font-weight:400;width:40%}
        @media print{body{background:none}section,.tile,figure{break-inside:avoid}}
        """;

    public static string Write(RunReportData data, ReportContent content, IReadOnlyList<Picture> pictures)
    {
        var page = new StringBuilder();
        page.Append("""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">""");
        page.Append($"<title>{Text(data.Title)}</title><style>{Style.ReplaceLineEndings("")}</style></head><body><main><header><h1>{Text(data.Title)}</h1>");
        if (data.Subtitle is { } subtitle)
            page.Append($"""<p class="soft">{Text(subtitle)}</p>""");
        page.Append("</header>");

        if (content.Tiles.Count > 0)
        {
            page.Append("""<div class="tiles">""");
            foreach (var tile in content.Tiles)
                page.Append($"""<div class="tile"><span>{Text(tile.Name)}</span><b>{Text(tile.Value)}</b><span>{Text(tile.Note)}</span></div>""");
            page.Append($"""</div><p class="soft">On the {data.JudgedBy}.</p>""");
        }
        Decision(page, data.Decision);
        if (data.Warnings.Count > 0)
            Said(page, "care", "Warnings", data.Warnings);

        foreach (var table in content.Results)
            Table(page, table);
        if (pictures.Count > 0)
            page.Append($"""<div class="plots">{string.Concat(pictures.Select(picture => $"<figure>{picture.Svg}</figure>"))}</div>""");
        page.Append("""<div class="pair">""");
        foreach (var table in content.Origins)
            Table(page, table);
        return page.Append("</div></main></body></html>").ToString();
    }

    private static void Decision(StringBuilder page, ReportDecision? decision)
    {
        if (decision is null)
            return;
        IReadOnlyList<string> comparison = decision.Comparison is { } against ? [against] : [];
        if (decision.Promoted)
            Said(page, "good", "It passed its gates and serves.", comparison);
        else
            Said(page, "bad", "It was refused; what served before goes on.", [.. decision.Reasons, .. comparison]);
    }

    private static void Said(StringBuilder page, string kind, string title, IReadOnlyList<string> lines) => page.Append(
        $"""<section class="said {kind}"><h2>{Text(title)}</h2>{(lines.Count == 0 ? "" : $"<ul>{string.Concat(lines.Select(line => $"<li>{Text(line)}</li>"))}</ul>")}</section>""");

    private static void Table(StringBuilder page, ReportTable table)
    {
        page.Append($"""<section{(table.IsNumbers ? " class=\"numbers\"" : "")}><h2>{Text(table.Title)}</h2><table>""");
        if (table.Head.Count > 0)
            page.Append($"<thead><tr>{string.Concat(table.Head.Select(cell => $"""<th scope="col">{Text(cell)}</th>"""))}</tr></thead>");
        page.Append("<tbody>");
        foreach (var row in table.Rows)
            page.Append($"""<tr><th scope="row">{Text(row[0])}</th>{string.Concat(row.Skip(1).Select(cell => $"<td>{Text(cell)}</td>"))}</tr>""");
        page.Append("</tbody></table>").Append(table.Note.Length == 0 ? "" : $"""<p class="soft">{Text(table.Note)}</p>""").Append("</section>");
    }

    // Names of classes and columns, and what came of them, are callers' texts.
    private static string Text(string text) => WebUtility.HtmlEncode(Names.Printable(text));
}
