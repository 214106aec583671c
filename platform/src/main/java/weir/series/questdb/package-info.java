/// The time series in an embedded QuestDB.
@NullMarked
package weir.series.questdb;

import org.jspecify.annotations.NullMarked;
