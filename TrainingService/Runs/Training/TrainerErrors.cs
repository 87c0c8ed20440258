namespace TrainingService.Runs.Training;

/// <summary>Ends of the process that trains that are nobody's data's fault.</summary>
internal static class TrainerErrors
{
    private const int Killed = 128 + 9;

    public static RunError OutOfMemory(long limit) =>
        new("out-of-memory", "rows", $"Training needed more memory than Runs:MemoryLimitBytes allows ({limit >> 20} MiB).");

    /// <param name="lastWords">First line of what it wrote to its standard error.</param>
    public static RunError Ended(int exitCode, string? lastWords, long memoryLimit) =>
        lastWords?.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) == true ? OutOfMemory(memoryLimit)
        : new RunError("trainer-crashed", null, exitCode == Killed && lastWords is null
            ? "The process that trains was killed from outside; the system does that when its memory runs out."
            : $"The process that trains crashed (exit code {exitCode}): {lastWords ?? "it said nothing."}");
}
