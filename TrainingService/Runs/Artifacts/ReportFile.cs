namespace TrainingService.Runs.Artifacts;

/// <summary>What the files of a run are called.</summary>
internal static class ReportFile
{
    public const string Html = "report.html", Markdown = "report.md", Json = "report.json";

    public const string HtmlType = "text/html; charset=utf-8", MarkdownType = "text/markdown; charset=utf-8", JsonType = "application/json", SvgType = "image/svg+xml";

    public static string Plot(string name) => $"plots/{name}.svg";
}
