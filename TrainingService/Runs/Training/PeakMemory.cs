using System.Globalization;

namespace TrainingService.Runs.Training;

internal static class PeakMemory
{
    private const string Line = "VmHWM:";

    /// <summary>The most memory that this process ever held, in bytes; null where the system does not tell.</summary>
    public static long? OfThisProcess() =>
        !OperatingSystem.IsLinux() ? null
        : File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal)) is { } line
            ? long.Parse(line[Line.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) << 10
            : null;
}
