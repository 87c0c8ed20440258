using System.Diagnostics;
using System.Text.Json;

namespace InferenceService.Admission;

/// <summary>
/// <c>InferenceService admit model.json model.onnx</c>: this program as the process of a trial run. Prints one line of JSON;
/// the exit code is 0 for an admitted model and 1 for a refused one.
/// </summary>
internal static class AdmitCommand
{
    public const string Name = "admit";

    /// <summary>False when the arguments ask for the service.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Name, var manifestPath, var modelPath, .. var rest])
            return false;
        var settings = new TrialSettings(new AdmissionOptions(), Environment.ProcessorCount);
        if (rest is [var json]) // from the service, which holds our standard input open
        {
            settings = JsonSerializer.Deserialize<TrialSettings>(json, Trial.Json)!;
            DieWithParent();
        }
        ProcessLimits.Apply(settings.Limits);
        var trial = TrialRun.Run(manifestPath, modelPath, settings);
        Console.Out.WriteLine(JsonSerializer.Serialize(trial, Trial.Json));
        Environment.ExitCode = trial.Reason is null ? 0 : 1;
        return true;
    }

    // A model that never ends must not outlive a service that was killed.
    private static void DieWithParent() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // Nothing is ever sent.
        }
        Process.GetCurrentProcess().Kill();
    })
    { IsBackground = true, Name = "parent watch" }.Start();
}
