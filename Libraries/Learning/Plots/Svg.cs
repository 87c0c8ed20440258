using System.Globalization;
using System.Net;
using System.Text;

namespace Learning.Plots;

/// <summary>A drawing in SVG that stands alone or inside a page, in light and in dark: colours are classes, chosen by the reader's system.</summary>
internal sealed class Svg
{
    public const int Colours = 10;

    // One set of hues for both, each with enough contrast to its ground; grounds and greys differ.
    private const string Style = """
        .p{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;--ground:#fff;--ink:#1c2530;--soft:#5b6875;--grid:#e3e8ed;--a:#1668c4;--0:#1668c4;--1:#c2540a;--2:#16794c;--3:#8a3fb0;--4:#b3261e;--5:#0e7a86;--6:#8a6500;--7:#5b6875;--8:#c2186b;--9:#6d4c33}
        @media(prefers-color-scheme:dark){.p{--ground:#14191f;--ink:#e6ebf0;--soft:#9aa7b4;--grid:#2a333d;--a:#2f7fd6;--0:#63a9f5;--1:#f39a57;--2:#58c48d;--3:#c78ae8;--4:#f28b82;--5:#5cc4d0;--6:#d9b44a;--7:#9aa7b4;--8:#f48fb8;--9:#c9a58a}}
        .p .ground{fill:var(--ground)}.p text{fill:var(--ink)}.p .soft{fill:var(--soft);font-size:11px}.p .title{font-size:14px;font-weight:600}.p .on{fill:#fff}.p .small{font-size:10px}
        .p .grid{stroke:var(--grid);stroke-width:1}.p .axis{stroke:var(--soft);stroke-width:1}.p .even{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4;fill:none}
        .p .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.p .bar{fill:var(--a)}.p .empty{fill:var(--grid)}
        """;

    private readonly StringBuilder text = new();

    /// <param name="title">Also what a screen reader says.</param>
    public Svg(int width, int height, string title)
    {
        text.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" class="p" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{Escaped(title)}">""");
        text.Append("<style>").Append(Style.ReplaceLineEndings("")).Append("</style>");
        text.Append(CultureInfo.InvariantCulture, $"""<rect class="ground" width="{width}" height="{height}" rx="8"/>""");
        Text(20, 28, title, "title");
    }

    public void Text(double x, double y, string content, string kind = "", string anchor = "start", double turn = 0)
    {
        var turned = turn == 0 ? "" : $""" transform="rotate({Number(turn)} {Number(x)} {Number(y)})" """.TrimEnd();
        text.Append($"""<text x="{Number(x)}" y="{Number(y)}" class="{kind}" text-anchor="{anchor}"{turned}>{Escaped(content)}</text>""");
    }

    public void Line(double x1, double y1, double x2, double y2, string kind, int? colour = null) =>
        text.Append($"""<line x1="{Number(x1)}" y1="{Number(y1)}" x2="{Number(x2)}" y2="{Number(y2)}" class="{kind}"{Stroke(colour)}/>""");

    public void Path(IEnumerable<(double X, double Y)> points, string kind, int? colour = null) =>
        text.Append($"""<path d="M{string.Join('L', points.Select(point => $"{Number(point.X)} {Number(point.Y)}"))}" class="{kind}"{Stroke(colour)}/>""");

    public void Dot(double x, double y, double radius, int colour, double opacity = 1) => text.Append(
        $"""<circle cx="{Number(x)}" cy="{Number(y)}" r="{Number(radius)}" style="fill:var(--{colour % Colours}){(opacity < 1 ? $";fill-opacity:{Number(opacity)}" : "")}"/>""");

    /// <param name="tip">Shown when pointed at.</param>
    public void Box(double x, double y, double width, double height, string kind, double opacity = 1, double round = 3, string? tip = null) => text.Append(
        $"""<rect x="{Number(x)}" y="{Number(y)}" width="{Number(width)}" height="{Number(height)}" rx="{Number(round)}" class="{kind}" fill-opacity="{Number(opacity)}">{(tip is null ? "" : $"<title>{Escaped(tip)}</title>")}</rect>""");

    public override string ToString() => $"{text}</svg>";

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Stroke(int? colour) => colour is null ? "" : $""" style="stroke:var(--{colour % Colours})" """.TrimEnd();

    // Class names are callers' texts: none may become markup.
    private static string Escaped(string content) => WebUtility.HtmlEncode(Names.Printable(content));
}
