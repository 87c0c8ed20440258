namespace TrainingService.Runs.Training;

/// <summary>How long each stage takes; tells when one begins.</summary>
internal sealed class StageClock(TimeProvider time, RunMetrics metrics, Action<RunProgress> progress)
{
    private readonly Dictionary<string, double> seconds = [];
    private string? stage;
    private long began;

    /// <summary>Of the stages that ended so far.</summary>
    public IReadOnlyDictionary<string, double> Seconds => seconds;

    public void Begin(string name, long total = 0)
    {
        End();
        (stage, began) = (name, time.GetTimestamp());
        progress(new RunProgress(name, 0, total, null, null, time.GetUtcNow()));
    }

    public IReadOnlyDictionary<string, double> End()
    {
        if (stage is not null)
        {
            var took = time.GetElapsedTime(began);
            seconds[stage] = Math.Round(took.TotalSeconds, 3);
            metrics.Took(stage, took);
        }
        stage = null;
        return seconds;
    }
}
