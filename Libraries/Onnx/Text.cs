using System.Globalization;

namespace Onnx;

/// <summary>What a stranger wrote, fit for a log; and sizes as people read them.</summary>
internal static class Text
{
    private const int Longest = 80;

    public static string Quoted(string text)
    {
        var clean = string.Concat(text.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > Longest ? $"'{clean}…'" : $"'{clean}'";
    }

    public static string Size(long bytes) => bytes switch
    {
        long.MaxValue => "more than 8 EiB",
        >= 10L << 30 => $"{bytes >> 30} GiB",
        >= 10L << 20 => $"{bytes >> 20} MiB",
        >= 10L << 10 => $"{bytes >> 10} KiB",
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };
}
