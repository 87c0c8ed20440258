using Microsoft.Extensions.Options;
using NUnit.Framework;
using TestSupport;
using TrainingService.Datasets;
using TrainingService.Datasets.Posting;

namespace Unit.TrainingService.Datasets;

/// <summary>Posts of people lie there.</summary>
public sealed class PostFolderTests
{
    [Test]
    public void What_a_crash_left_is_gone_after_the_next_start_and_files_of_others_are_not()
    {
        var path = Repository.NewTemporaryFolder("posts");
        var (leftOver, theirs) = (Path.Combine(path, $"{Guid.NewGuid():N}.incoming"), Path.Combine(path, "years of work"));
        File.WriteAllText(leftOver, "rows");
        File.WriteAllText(theirs, "all of it");

        using var folder = new PostFolder(Options.Create(new DatasetOptions { SpoolPath = path }));

        Assert.That((File.Exists(leftOver), File.Exists(theirs)), Is.EqualTo((false, true)));
        Directory.Delete(path, recursive: true);
    }
}
