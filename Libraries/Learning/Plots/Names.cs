using System.Globalization;
using System.Text;

namespace Learning.Plots;

/// <summary>What callers named their classes and columns, where it is shown.</summary>
internal static class Names
{
    /// <summary>Without what XML does not have or what would change lines.</summary>
    public static string Printable(string name) =>
        string.Concat(name.EnumerateRunes().Select(rune => Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or 0xFFFE or 0xFFFF ? new Rune('?') : rune));

    /// <summary>At most that many letters, none cut in half.</summary>
    public static string Short(string name, int most)
    {
        var letters = new StringInfo(name);
        return letters.LengthInTextElements <= most ? name : $"{letters.SubstringByTextElements(0, most - 1)}…";
    }
}
