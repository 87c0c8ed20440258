using System.Text.Json;
using Learning;
using ServiceDefaults.Processes;

namespace TrainingService.Runs.Training;

/// <summary>
/// <c>TrainingService train folder</c>: this program as the process that trains what the folder holds (<see cref="RunFolder"/>). Says how
/// far it is, a line of JSON each (<see cref="TrainerLine"/>); the exit code is 0 when the result is there, 1 when it said why not.
/// </summary>
internal static class TrainCommand
{
    public const string Name = "train";
    private static readonly TimeSpan SayEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>False when the arguments ask for the service.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Name, var path])
            return false;
        ParentWatch.DieWithParent();
        var folder = new RunFolder(path); // the service's, which removes it
        var order = JsonSerializer.Deserialize<TrainerOrder>(File.ReadAllBytes(folder.Order), TrainerOrder.Json)!;
        ProcessLimits.Apply(order.MemoryLimitBytes, order.Niceness);
        Environment.ExitCode = Train(folder, order) is not { } error ? 0 : 1;
        return true;
    }

    /// <summary>Null when all went well. Anything unforeseen ends the process, and its last words are the reason.</summary>
    private static RunError? Train(RunFolder folder, TrainerOrder order)
    {
        try
        {
            var result = new Trainer(folder, order, Say).Run();
            File.WriteAllBytes(folder.Result, JsonSerializer.SerializeToUtf8Bytes(result, TrainerOrder.Json));
            return null;
        }
        catch (Exception e) when (ErrorOf(e, order) is { } error)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new TrainerLine(Error: error), TrainerOrder.Json));
            return error;
        }
    }

    private static RunError? ErrorOf(Exception reason, TrainerOrder order) => reason switch
    {
        RunFailedException failed => failed.Error,
        LearningException { Field: "learner" } learning => new RunError("not-installed", learning.Field, learning.Message),
        LearningException learning => new RunError("bad-data", learning.Field, learning.Message),
        _ when reason is OutOfMemoryException || reason.Message.Contains("bad_alloc", StringComparison.Ordinal) => TrainerErrors.OutOfMemory(order.MemoryLimitBytes),
        _ => null,
    };

    private static readonly Lock OneAtATime = new();
    private static RunProgress? said;

    private static void Say(RunProgress progress)
    {
        lock (OneAtATime)
        {
            if (said is not null && said.Stage == progress.Stage && progress.Time - said.Time < SayEvery && progress.Done < progress.Total)
                return;
            said = progress;
            Console.Out.WriteLine(JsonSerializer.Serialize(new TrainerLine(progress), TrainerOrder.Json));
        }
    }
}
