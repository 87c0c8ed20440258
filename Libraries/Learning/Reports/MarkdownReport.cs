using System.Text;
using Learning.Plots;

namespace Learning.Reports;

internal static class MarkdownReport
{
    private const string Special = @"\`*_{}[]<>#!|~&$";

    public static string Write(RunReportData data, ReportContent content, IReadOnlyList<Picture> pictures)
    {
        var page = new StringBuilder($"# {Text(data.Title)}\n");
        if (data.Subtitle is { } subtitle)
            page.Append($"\n{Text(subtitle)}\n");
        if (content.Tiles.Count > 0)
            page.Append($"\nOn the {data.JudgedBy}: {string.Join(", ", content.Tiles.Select(tile => $"{tile.Name} **{tile.Value}**"))}.\n");
        Decision(page, data.Decision);
        if (data.Warnings.Count > 0)
            page.Append("\n## Warnings\n\n").AppendJoin("", data.Warnings.Select(warning => $"- {Text(warning)}\n"));
        foreach (var table in content.Results)
            Table(page, table);
        if (pictures.Count > 0)
            page.Append("\n## Pictures\n\n").AppendJoin("\n", pictures.Select(picture => $"![{picture.Title}](plots/{picture.Name}.svg)")).Append('\n');
        foreach (var table in content.Origins)
            Table(page, table);
        return page.ToString();
    }

    private static void Decision(StringBuilder page, ReportDecision? decision)
    {
        if (decision is null)
            return;
        page.Append(decision.Promoted ? "\n**It passed its gates and serves.**\n" : "\n**It was refused; what served before goes on.**\n");
        if (decision.Reasons.Count > 0)
            page.Append('\n').AppendJoin("", decision.Reasons.Select(reason => $"- {Text(reason)}\n"));
        if (decision.Comparison is { } comparison)
            page.Append($"\n{Text(comparison)}\n");
    }

    private static void Table(StringBuilder page, ReportTable table)
    {
        var width = table.Rows.Count == 0 ? table.Head.Count : table.Rows[0].Count;
        page.Append($"\n## {Text(table.Title)}\n\n");
        Row(page, table.Head.Count > 0 ? table.Head : [.. Enumerable.Repeat("", width)]);
        Row(page, Enumerable.Range(0, width).Select(column => column > 0 && table.IsNumbers ? "--:" : "---"), raw: true);
        foreach (var row in table.Rows)
            Row(page, row);
        if (table.Note.Length > 0)
            page.Append($"\n{Text(table.Note)}\n");
    }

    private static void Row(StringBuilder page, IEnumerable<string> cells, bool raw = false) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(cell => raw ? cell : Text(cell))).Append(" |\n");

    // Callers' texts must stay on their line and in their cell, and be no markup.
    private static string Text(string text)
    {
        var written = new StringBuilder();
        foreach (var c in Names.Printable(text))
        {
            if (Special.Contains(c))
                written.Append('\\');
            written.Append(c);
        }
        return written.ToString();
    }
}
