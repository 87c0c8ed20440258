using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>Runs whose work is done, and a StorageService that does not take it.</summary>
public sealed class RunStorageTests
{
    [Test]
    public async Task What_was_trained_is_stored_later_in_place_while_StorageService_can_t()
    {
        await using var storage = await StorageApplication.StartNewAsync();
        await using var training = await RunServices.StartAnotherAsync(TrainingApplication.NewDatabase(), storage);
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300), training);
        var aside = $"{storage.Folder}-aside"; // as a disk that is gone; from the start, as nothing is stored before the model
        Directory.Move(storage.Folder, aside);
        await File.WriteAllTextAsync(storage.Folder, "in the way");

        var run = await trainee.StartAsync();
        await Eventually.SeeAsync("it is to be stored later", () => Task.FromResult(training.Log), log => log.Contains("is stored later"), log: () => training.Log);
        File.Delete(storage.Folder);
        Directory.Move(aside, storage.Folder);

        await trainee.WaitAsync(run);
        Assert.That(await trainee.CountAsync($"runs WHERE id = '{run}' AND lease_epoch = 1 AND attempts = 0"), Is.EqualTo(1), "nothing was trained twice");
    }

    [Test]
    public async Task A_report_that_is_too_large_for_StorageService_is_a_warning_of_a_run_that_succeeded()
    {
        await using var small = await StorageApplication.StartNewAsync(new Dictionary<string, string> { ["Storage:MaxBytes:Report"] = "8192" });
        await using var training = await RunServices.StartAnotherAsync(TrainingApplication.NewDatabase(), small);
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300), training);

        var run = await trainee.TrainAsync();

        Assert.That(run["result"]!["warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()), Has.One.Contains("The report is missing or incomplete").And.Contains("(413)"));
    }
}
