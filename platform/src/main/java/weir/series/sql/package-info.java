/// Time series in a SQL database: PostgreSQL, with TimescaleDB when it is there, or SQLite.
@NullMarked
package weir.series.sql;

import org.jspecify.annotations.NullMarked;
