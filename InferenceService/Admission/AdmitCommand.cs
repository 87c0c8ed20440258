using System.Text.Json;
using ServiceDefaults.Processes;

namespace InferenceService.Admission;

/// <summary>
/// <c>InferenceService admit model.json model.onnx</c>: this program as the process of a trial run. Prints one line of JSON;
/// the exit code is 0 for an admitted model and 1 for a refused one.
/// </summary>
internal static class AdmitCommand
{
    public const string Name = "admit";
    private const int Niceness = 5;

    /// <summary>False when the arguments ask for the service.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Name, var manifestPath, var modelPath, .. var rest])
            return false;
        var settings = new TrialSettings(new AdmissionOptions(), Environment.ProcessorCount);
        if (rest is [var json]) // from the service, which holds our standard input open
        {
            settings = JsonSerializer.Deserialize<TrialSettings>(json, Trial.Json)!;
            ParentWatch.DieWithParent();
        }
        ProcessLimits.Apply(settings.Limits.MemoryLimitBytes, Niceness);
        var trial = TrialRun.Run(manifestPath, modelPath, settings);
        Console.Out.WriteLine(JsonSerializer.Serialize(trial, Trial.Json));
        Environment.ExitCode = trial.Reason is null ? 0 : 1;
        return true;
    }
}
