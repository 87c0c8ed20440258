using System.Globalization;

namespace Learning;

/// <summary>Numbers of any size, for people: labels may be grams or years, and figures about them are in the same unit.</summary>
internal static class Figure
{
    /// <summary>Four digits that count, such as 0.01234, 3.142 or 12,345,678.</summary>
    public static string Of(double value)
    {
        const int digits = 4;
        var size = Math.Abs(value);
        if (size == 0)
            return "0";
        if (size is < 1e-4 or >= 1e9)
            return value.ToString("0.###e+0", CultureInfo.InvariantCulture);
        var decimals = Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(size)));
        return value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>As short as it gets, at an axis: 0.25, 1500, 20k, 1.5M, 3e-7.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 1e-3 or >= 1e9 => value.ToString("0.#####e0", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.####", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.###", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
